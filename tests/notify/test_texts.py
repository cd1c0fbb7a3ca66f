from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify import sms
from services.notify.domain import Message, Privacy, Report, Stage, due
from services.notify.texts import TEMPLATES, Rendered, Texts
from shared.contracts.notifications import MessageChannel
from shared.contracts.vocabulary import Channel, Language, RejectionReason
from tests.notify.world import CODE, DUE, NOW

TEXTS = Texts("https://www.lapor.go.id", "1708")
LONGEST_NAME = "Dinas Kebersihan DKI Jakarta"
CASES = list(product(Stage, Language))


def made(stage: Stage, **parameters: str) -> Message:
    report = reported(Language.INDONESIAN)
    told = {"by": DUE.isoformat(), "missing": "Di loket mana?", "reason": "private-company"} | parameters
    return due(report, stage, told, cause=uuid4(), contact_known=True, credential_known=True, occurred_at=NOW, wall=NOW)


def reported(language: Language, came_by: Channel = Channel.SMS) -> Report:
    return Report(uuid4(), "2611048273", uuid4(), language, came_by, has_contact=True)


def render(
    stage: Stage,
    language: Language = Language.INDONESIAN,
    channel: MessageChannel = MessageChannel.SMS,
    *,
    confidential: bool = False,
    agency: str | None = "Pemkot Metro",
    code: str | None = CODE,
    came_by: Channel = Channel.SMS,
    **parameters: str,
) -> Rendered:
    return TEXTS.render(
        made(stage, **parameters),
        reported(language, came_by),
        Privacy(confidential=confidential),
        channel=channel,
        agency=agency,
        code=code,
    )


def test_every_stage_has_a_template_for_each_channel_and_language() -> None:
    expected = {f"{s}.{c}.{lang}.txt" for s, c, lang in product(Stage, MessageChannel, Language)}
    assert {path.name for path in (TEMPLATES / "messages").iterdir()} == expected


@pytest.mark.parametrize(("stage", "language"), CASES)
@pytest.mark.parametrize("agency", [LONGEST_NAME, "Pemkot Metro", None])
@pytest.mark.parametrize("code", [CODE, None])
@pytest.mark.parametrize("came_by", [Channel.SMS, Channel.WEB])
def test_every_sms_fits_one_segment_with_the_directorys_longest_name_uncut(
    stage: Stage, language: Language, agency: str | None, code: str | None, came_by: Channel
) -> None:
    text = render(stage, language, agency=agency, code=code, came_by=came_by).text
    assert sms.measure(text).gsm7
    assert sms.measure(text).segments == 1, (sms.measure(text).units, text)
    if agency and stage in (Stage.HELD, Stage.DISPOSED, Stage.ANSWERED, Stage.ASKED):
        assert agency in text


@pytest.mark.parametrize("reason", list(RejectionReason))
@pytest.mark.parametrize("language", list(Language))
def test_every_reason_fits_and_says_where_to_go(reason: RejectionReason, language: Language) -> None:
    text = render(Stage.REJECTED, language, reason=reason.value).text
    assert sms.measure(text).segments == 1, (sms.measure(text).units, text)
    letter = render(Stage.REJECTED, language, MessageChannel.EMAIL, reason=reason.value, explanation="Bisa ke sana.")
    assert "Bisa ke sana." in letter.text


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES), st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=1000), st.booleans())
def test_whatever_names_and_questions_there_are_an_sms_is_one_segment(
    case: tuple[Stage, Language], agency: str, missing: str, has_code: bool
) -> None:
    stage, language = case
    rendered = render(stage, language, agency=agency, missing=missing, code=CODE if has_code else None)
    assert sms.measure(rendered.text).segments == 1
    assert "2611048273" in rendered.text
    if has_code and stage.carries_code:
        assert f"https://www.lapor.go.id/k/{CODE}" in rendered.text


@pytest.mark.parametrize(("stage", "language"), CASES)
@pytest.mark.parametrize("channel", list(MessageChannel))
@pytest.mark.parametrize("came_by", [Channel.SMS, Channel.WEB])
@pytest.mark.parametrize("confidential", [False, True])
def test_a_message_names_only_ways_that_exist(
    stage: Stage, language: Language, channel: MessageChannel, came_by: Channel, confidential: bool
) -> None:
    text = render(stage, language, channel, confidential=confidential, code=None, came_by=came_by).text
    assert "STATUS" not in text
    assert "BALAS" not in text
    public = "https://www.lapor.go.id/laporan/2611048273"
    published = stage in (Stage.DISPOSED, Stage.ANSWERED, Stage.ASKED, Stage.CLOSED)
    if channel is MessageChannel.SMS:
        assert (public in text) == (published and not confidential)
        assert ("https://www.lapor.go.id/saya" in text) == (published and confidential)
    elif confidential:
        assert public not in text


def test_a_returned_report_is_completed_by_the_receipt_or_sent_again_by_sms() -> None:
    assert "paling lambat Kam 5 Nov lewat tautan pada tanda terima" in render(Stage.RETURNED, came_by=Channel.WEB).text
    assert (
        "Kirim laporan baru yang lengkap ke 1708, dengan kata awal yang sama."
        in render(Stage.RETURNED, came_by=Channel.SMS).text
    )


@pytest.mark.parametrize(("stage", "language"), CASES)
@pytest.mark.parametrize("channel", list(MessageChannel))
def test_a_confidential_report_is_named_by_its_number_only(
    stage: Stage, language: Language, channel: MessageChannel
) -> None:
    rendered = render(stage, language, channel, confidential=True)
    for secret in ("Metro", "loket", "swasta", "private", "BPSK"):
        assert secret not in f"{rendered.subject} {rendered.text} {rendered.html}"


@pytest.mark.parametrize(("stage", "language"), CASES)
def test_an_email_has_a_subject_a_text_and_html(stage: Stage, language: Language) -> None:
    letter = render(stage, language, MessageChannel.EMAIL)
    assert letter.subject
    assert "2611-0482-73" in letter.subject
    assert letter.html
    assert "<h1>LAPOR!</h1>" in letter.html
    if stage.carries_code:
        assert f'href="https://www.lapor.go.id/k/{CODE}"' in letter.html
    assert "{" not in letter.text


def test_what_a_reporter_is_asked_cannot_become_markup() -> None:
    letter = render(Stage.RETURNED, channel=MessageChannel.EMAIL, missing="<script>alert(1)</script> & {{ 7 * 7 }}")
    assert letter.html
    assert "<script>" not in letter.html
    assert "{{ 7 * 7 }}" in letter.text


def test_dates_are_in_words_and_in_the_reporters_language() -> None:
    assert "Kam 5 Nov" in render(Stage.RECEIVED).text
    assert "Thu 5 Nov" in render(Stage.RECEIVED, Language.ENGLISH).text
    assert "Kamis 5 November" in render(Stage.RECEIVED, channel=MessageChannel.EMAIL).text


def test_a_template_tells_its_name_and_version_and_hides_its_words() -> None:
    rendered = render(Stage.DISPOSED)
    assert rendered.template.startswith("disposed.sms.id@")
    assert CODE not in repr(rendered)
