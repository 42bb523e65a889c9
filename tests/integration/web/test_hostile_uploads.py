"""Hostile uploads through the page for evidence: each is kept as harmless bytes, or refused in words."""

from io import BytesIO

from activities.evidence import list_evidence
from activities.invitations import invite_to_send
from notifications.links import make_token


def url_of(house):
    occurrence_id = house.occurrence("1.2").id
    with house.office.store.write() as work:
        made = invite_to_send(work, house.teacher.id, [occurrence_id])[occurrence_id]
    return f"/e/{make_token(made, house.application.keys)}"


def kept_files(house):
    return [path for path in house.office.evidence.path.rglob("*") if path.is_file()]


def pieces(house):
    with house.office.store.read() as connection:
        return list_evidence(connection, house.occurrence("1.2").id)


def test_each_is_kept_safely_or_refused_in_words(house, hostile_uploads):
    """What is refused leaves no row and no byte, and the page says what to do; what is kept has a harmless name."""
    client, url = house.web().test_client(), url_of(house)
    expected = []
    for upload in hostile_uploads:
        sent = {"action": "keep", "files": [(BytesIO(upload.content), upload.name)]}
        before = len(kept_files(house))
        answer = client.post(url, data=sent)
        if upload.kept is None:
            assert answer.status_code == 422, upload.case
            told = answer.get_data(as_text=True).partition('id="problem"')[2]
            problem = told.partition("<p>")[2].partition("</p>")[0]
            assert len(problem) > 40, upload.case
            assert "Send" not in problem, upload.case
            assert len(kept_files(house)) == before, upload.case
        else:
            assert answer.status_code == 303, upload.case
            expected.append(upload.kept)
            # The same bytes a second time are the piece that is there: each name is looked at by itself.
            kept = pieces(house)
            assert [each.name for each in kept] == [upload.kept], upload.case
            client.post(url, data={"action": f"remove:{kept[0].id}"})
    assert len(hostile_uploads) - len(expected) > 20
    assert len(expected) > 10
    assert all(path.parent.parent.parent == house.office.evidence.path for path in kept_files(house))
    assert not any(path.is_symlink() or path.stat().st_mode & 0o111 for path in kept_files(house))
