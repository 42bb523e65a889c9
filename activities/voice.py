"""How sentences are said in one language, for modules that write whole documents for a person."""

from dataclasses import dataclass

from activities.deadlines.schedule import Explanation
from activities.importing.phrase import Phrase, Translate, in_english

Sentence = Phrase | Explanation


@dataclass(frozen=True, slots=True)
class Voice:
    """A language (`ru` or `en`) and how its texts are found."""

    language: str = "en"
    translate: Translate = in_english

    def say(self, sentence: Sentence) -> str:
        """The sentence in this language."""
        if isinstance(sentence, Explanation):
            return sentence.ru if self.language == "ru" else sentence.en
        return sentence.say(self.translate)
