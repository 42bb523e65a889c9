"""The domain: plans, activities, occurrences, people, evidence, decisions."""
