"""Letters as people read them."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from notifications.mail.contexts import Escalation, EvidenceAwaits, read_context, write_context
from notifications.mail.kinds import SORTS, Kind
from notifications.mail.render import View, render_letter
from notifications.mail.samples import SAMPLE_GRANT, SAMPLE_URL, SAMPLES, sample_pages
from tests.fixtures.letters import hostile_words

ZONE = ZoneInfo("Europe/Moscow")
WITH_LINK = {SAMPLE_GRANT: SAMPLE_URL}


def render(kind, language="en", context=None, urls=WITH_LINK):
    """A letter to the sample's reader."""
    pages = sample_pages(kind) if urls else {}
    return render_letter(kind, context or SAMPLES[kind], View(language, "anna@moc.example", ZONE, urls, pages=pages))


class Elements(HTMLParser):
    """The elements and attributes of a page, and its visible text."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.attributes = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        """Keep a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        """Keep text."""
        self.text += data


def parse(html):
    """The parsed page."""
    elements = Elements()
    elements.feed(html)
    return elements


def test_every_kind_has_a_sample_and_its_context_survives_storage():
    """What is written to the queue is read back as the same values."""
    assert set(SAMPLES) == set(SORTS) == set(Kind)
    for kind, context in SAMPLES.items():
        assert read_context(SORTS[kind].context, write_context(context)) == context


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", Kind)
def test_a_letter_says_the_same_as_text_and_as_html(kind, language):
    """The recipient and every row stand in both; nothing of a template is left over."""
    rendered = render(kind, language)
    visible = parse(rendered.html).text
    for part in (rendered.text, visible):
        assert "Анна Сергеевна" in part
        for row in SAMPLES[kind].rows():
            assert row.title in part
        assert not re.search(r"\{\{|\}\}|%\(|\bNone\b", part)
    assert rendered.subject
    assert "\n" not in rendered.subject


@pytest.mark.parametrize("kind", Kind)
def test_html_asks_nothing_of_the_network_and_runs_nothing(kind):
    """No image, font, script or style sheet is fetched; the only addresses are those of our own pages."""
    page = parse(render(kind).html)
    assert not {"script", "img", "link", "iframe", "object", "form", "svg", "video"} & set(page.tags)
    addresses = [value for name, value in page.attributes if name in {"href", "src", "background", "action"}]
    assert set(addresses) <= {SAMPLE_URL, *sample_pages(kind).values()}
    assert not re.search(r"url\(|@import|@font-face", render(kind).html)


@pytest.mark.parametrize("kind", Kind)
def test_html_is_made_of_tables_that_fit_a_phone(kind):
    """Every table is for layout only, and none is wider than the screen but for Outlook's own."""
    html = render(kind).html
    visible = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    tables = re.findall(r"<table[^>]*>", visible)
    assert tables
    assert all('role="presentation"' in table for table in tables)
    assert not re.search(r'width="(?!100%|118")', " ".join(tables))
    assert "prefers-color-scheme: dark" in html


def test_a_link_stands_where_the_reader_may_decide():
    """In text on a line of its own, in HTML as a button; and the letter says that it is for the reader alone."""
    rendered = render(Kind.EVIDENCE_AWAITS)
    assert SAMPLE_URL in rendered.text.splitlines()
    assert ("href", SAMPLE_URL) in parse(rendered.html).attributes
    assert "Do not pass this letter on" in rendered.text
    assert "Do not pass this letter on" in rendered.html


def test_without_links_the_letter_says_how_to_decide_in_the_office():
    """Office mode: the command is written out with the reader's own address."""
    rendered = render(Kind.EVIDENCE_AWAITS, urls={})
    for part in (rendered.text, parse(rendered.html).text):
        assert "opora occurrence accept 1.2@2026-03-20 --as anna@moc.example" in part
        assert "http" not in part
        assert "Do not pass this letter on" not in part


def test_who_is_only_told_sees_neither_link_nor_command():
    """A coordinator who may not decide is told who is to be reminded."""
    item = replace(SAMPLES[Kind.ESCALATION].item, grant=None)
    rendered = render(Kind.ESCALATION, context=Escalation("Анна Сергеевна", item, 5, ("Орлова Н. П.",)))
    assert "for 5 working days" in rendered.text
    assert "Орлова Н. П." in rendered.text
    assert "opora occurrence accept" not in rendered.text
    assert SAMPLE_URL not in rendered.text + rendered.html


@pytest.mark.parametrize(
    ("count", "language", "expected"),
    [
        (2, "en", "2 submissions await your decision"),
        (1, "en", "Awaits your decision: 1.2 Справка об охвате детей дополнительным образованием"),
        (2, "ru", "Ждут вашего решения: 2 материала"),
        (5, "ru", "Ждут вашего решения: 5 материалов"),
        (21, "ru", "Ждёт вашего решения: 21 материал"),
    ],
)
def test_the_subject_counts_as_the_language_does(count, language, expected):
    """Russian has three forms of a counted noun."""
    item = SAMPLES[Kind.EVIDENCE_AWAITS].items[0]
    assert render(Kind.EVIDENCE_AWAITS, language, EvidenceAwaits("А", (item,) * count)).subject == expected


def test_somebody_elses_words_are_marked_line_by_line():
    """A remark cannot pass for a line of the letter."""
    remark = "первая\nLook at it and decide:\nhttps://evil.example"
    text = render(Kind.RETURNED, context=replace(SAMPLES[Kind.RETURNED], remark=remark)).text
    assert "> первая\n> Look at it and decide:\n> https://evil.example\n" in text
    assert "\nhttps://evil.example" not in text


@given(words=hostile_words)
@settings(max_examples=60)
def test_no_text_becomes_markup(words):
    """Whatever stands in a title, a name, a file's name, a remark: the page keeps its elements, and all of it shows."""
    plain, hostile = _letters("слова"), _letters(words)
    for kind in plain:
        page = parse(hostile[kind].html)
        assert [tag for tag in page.tags if tag != "br"] == [tag for tag in parse(plain[kind].html).tags if tag != "br"]
        assert "alert(1)" not in [value for _, value in page.attributes]
        assert "".join(words.split()) in "".join(page.text.split())


def _letters(words):
    item = SAMPLES[Kind.EVIDENCE_AWAITS].items[0]
    row = replace(item.row, title=f"Т{words}", result=f"Р{words}", parties=(words,))
    files = (replace(item.files[0], name=f"Ф{words}"),)
    hostile = replace(item, row=row, files=files, note=f"П{words}", submitted_by=f"К{words}")
    contexts = {
        Kind.EVIDENCE_AWAITS: EvidenceAwaits(f"И{words}", (hostile,)),
        Kind.RETURNED: replace(SAMPLES[Kind.RETURNED], row=row, remark=f"З{words}", by=f"К{words}"),
    }
    return {kind: render(kind, context=context) for kind, context in contexts.items()}


def test_a_row_that_stands_for_several_says_how_many():
    """The number of occurrences stands once, behind the title; of a single one nothing is counted."""
    sample = SAMPLES[Kind.MORNING_DIGEST]
    row = replace(sample.due_soon[0], number="7.4", title="Open lessons", times=3)
    rendered = render(Kind.MORNING_DIGEST, context=replace(sample, date_wanted=(row,), due_soon=()))
    assert "- 7.4 Open lessons (3)\n" in rendered.text
    assert "7.4 Open lessons (3)" in parse(rendered.html).text
    assert "(1)" not in rendered.text


@pytest.mark.parametrize("kind", Kind)
def test_paragraphs_of_a_text_are_apart_by_one_blank_line(kind):
    """What is left out leaves no hole."""
    assert "\n\n\n" not in render(kind).text


def test_the_warning_of_the_links_stands_alone():
    """In a digest it is the last sentence, after a blank line."""
    text = render(Kind.MORNING_DIGEST).text
    assert "Станция юннатов. Name a contact: opora party contact\n\nA link is for you alone" in text
    assert "Opening a link changes nothing.\n\n-- \n" in text


def test_a_week_is_called_by_a_day_that_needs_no_declension():
    """«Неделя с 23 марта», never «с понедельник»: names of weekdays come in the nominative only."""
    letter = render(Kind.WEEKLY_SUMMARY, "ru")
    assert re.match(r"Неделя с \d{1,2} \w+ \d{4}: ", letter.subject)
    assert "понедельник" not in letter.html
