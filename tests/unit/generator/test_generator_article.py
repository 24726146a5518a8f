"""The recipe `generation.article`: its order, what is bought once, what it does without, and what watchers see."""

# ruff: noqa: RUF001 (Arabic is what some of these are about)

import asyncio
from collections import Counter

import msgspec
import pytest

from pressroom_common.contracts import ArticleImage, JobError, Part
from pressroom_common.errors import Refused, Unavailable
from pressroom_common.worker import JobFailed, LostClaim, Snoozed
from pressroom_generator.ports import ProviderError
from pressroom_generator.recipes.article_schemas import slug_of
from pressroom_generator.recipes.languages import direction_of
from unit.generator.writers import PICTURE_LIMIT, PNG, desk

STEPS = ["headings", "section.1", "section.2", "section.3", "image.1", "image.2", "summary", "meta", "faq"]
STAGES = ["preparing", "headings", "section", "image", "summary", "meta", "faq"]


def failure(error_class: str = "transient", retry_after: float | None = None) -> ProviderError:
    error = JobError(
        code="provider_failed",
        detail="The provider failed.",
        error_class=error_class,  # type: ignore[arg-type]
        retry_after=retry_after,
    )
    return ProviderError(error, sent=False)


async def test_an_article_is_made_step_by_step_and_every_step_is_bought_once() -> None:
    it = desk()
    made = await it.write()
    assert it.author.order == STEPS
    assert it.author.calls == Counter(STEPS)
    assert list(it.notebook.kept) == STEPS
    assert [bill.outcome for bill in it.notebook.paid] == ["answered"] * len(STEPS)
    assert (made.title, made.summary) == ("All about tea", "The text of summary.")
    assert [(each.heading, each.text) for each in made.sections] == [
        (f"Heading {number}", f"The text of section.{number}.") for number in (1, 2, 3)
    ]
    assert (made.meta.slug, made.meta.keywords) == ("all-about-tea", ("tea", "leaves"))
    assert [each.question for each in made.faq] == ["Question 1?", "Question 2?"]
    page = msgspec.json.decode(made.json_ld)
    assert (page["@type"], page["mainEntity"][0]["acceptedAnswer"]["text"]) == ("FAQPage", "Yes.")


async def test_images_stand_by_their_sections_and_in_the_storage() -> None:
    it = desk()
    made = await it.write()
    images = [each.image for each in made.sections]
    assert images[2] is None
    first = images[0]
    assert isinstance(first, ArticleImage)
    assert (first.content_type, first.alt) == ("image/png", "Heading 1")
    assert it.author.stored[first.key] == PNG
    assert first.key.startswith(f"{it.run().row.job_id}/image-1-")
    assert first.key.endswith(".png")


@pytest.mark.parametrize(("wanted", "left_out"), [({"images": 0}, "image"), ({"faq": 0}, "faq")])
async def test_what_was_not_asked_for_is_neither_made_nor_weighed(wanted: dict[str, int], left_out: str) -> None:
    it = desk(**wanted)
    made = await it.write()
    assert not [step for step in it.author.order if step.startswith(left_out)]
    assert it.told[-1].percent == 99
    assert bool(made.json_ld) == (left_out != "faq")


@pytest.mark.parametrize("parallel", [1, 2, 4])
async def test_no_more_sections_than_the_bound_are_written_at_a_time(parallel: int) -> None:
    it = desk(sections=9)
    it.parallel = parallel
    await it.write()
    assert it.author.most_running == parallel


@pytest.mark.parametrize("last", range(len(STEPS)))
async def test_a_take_over_buys_nothing_that_is_stored(last: int) -> None:
    """The run before ended after so many steps."""
    it = desk()
    it.parallel = 1
    it.author.faults = {STEPS[last]: [asyncio.CancelledError()]}  # type: ignore[list-item]
    with pytest.raises(asyncio.CancelledError):
        await it.write()
    assert list(it.notebook.kept) == STEPS[:last]
    it.told.clear()
    await it.write()
    assert it.author.calls == Counter(STEPS) + Counter([STEPS[last]])
    assert list(it.notebook.kept) == STEPS
    done = [part.name for part in it.told[-1].parts if part.state == "completed"]
    assert done == [step for step in STEPS if "." in step]
    entered = [run.stage for run in it.told]
    assert {step.partition(".")[0] for step in STEPS[last:]} == set(entered) - {"preparing"}


async def test_a_claim_that_is_lost_ends_the_run_before_the_next_call() -> None:
    it = desk()
    it.notebook.stands = False
    with pytest.raises(LostClaim):
        await it.write()
    assert it.author.order == []


@pytest.mark.parametrize("step", STEPS)
async def test_without_leave_a_step_that_fails_fails_the_attempt(step: str) -> None:
    it = desk()
    it.author.faults = {step: [failure()]}
    run = it.run()
    with pytest.raises(JobFailed) as failed:
        await it.write(run)
    assert failed.value.error.code == "provider_failed"
    assert list(run.failed) == [step]
    assert it.author.calls[step] == 1


@pytest.mark.parametrize("step", ["section.2", "image.2"])
async def test_with_leave_a_part_is_tried_three_times_and_then_left_out(step: str) -> None:
    it = desk(partial="allow")
    it.author.faults = {step: [failure(), failure(), failure()]}
    made = await it.write()
    assert it.author.calls[step] == 3
    assert [each.error is not None for each in made.sections] == [False, True, False]
    section = made.sections[1]
    assert section.error is not None
    assert section.error.detail == "The provider failed."
    assert (section.text == "") == (step == "section.2")
    assert [part.name for part in it.told[-1].parts if part.state == "failed"] == [step]
    assert "The text of section.1." in it.author.prompts["summary"]
    assert it.told[-1].percent == 99


async def test_with_leave_a_part_that_succeeds_in_time_is_there() -> None:
    it = desk(partial="allow")
    it.author.faults = {"section.2": [failure(), failure()]}
    made = await it.write()
    assert [each.error for each in made.sections] == [None, None, None]
    assert it.author.calls["section.2"] == 3


async def test_a_part_that_can_never_succeed_is_tried_once() -> None:
    it = desk(partial="allow")
    it.author.faults = {"section.2": [failure("permanent")]}
    made = await it.write()
    assert it.author.calls["section.2"] == 1
    assert made.sections[1].error is not None


async def test_a_part_that_failed_before_a_take_over_is_not_tried_again_and_says_why() -> None:
    it = desk(partial="allow")
    it.author.faults = {"section.2": [failure("permanent")], "summary": [failure()]}
    run = it.run()
    with pytest.raises(JobFailed):
        await it.write(run)
    it.steps = {"section.2": msgspec.structs.replace(run.failed["summary"], name="section.2", error=failure().error)}
    made = await it.write()
    assert it.author.calls["section.2"] == 1
    assert made.sections[1].error == failure().error


async def test_an_article_without_any_section_fails_and_says_how_to_go_on() -> None:
    it = desk(partial="allow")
    it.author.faults = {f"section.{number}": [failure("permanent")] for number in (1, 2, 3)}
    with pytest.raises(JobFailed, match="Restart the job from the step `section`") as failed:
        await it.write()
    assert failed.value.error.error_class == "permanent"
    assert not [step for step in it.author.order if step.startswith("image")]


@pytest.mark.parametrize("partial", ["allow", "forbid"])
async def test_a_throttled_part_snoozes_the_article(partial: str) -> None:
    it = desk(partial=partial)
    it.author.faults = {"section.2": [failure(retry_after=7)]}
    with pytest.raises(Snoozed) as snoozed:
        await it.write()
    assert snoozed.value.seconds == 7


@pytest.mark.parametrize("retry_after", [None, 7])
async def test_parts_that_are_paid_come_to_their_end_and_no_other_is_begun(retry_after: float | None) -> None:
    it = desk(sections=9)
    it.parallel = 3
    it.author.faults = {"section.2": [failure(retry_after=retry_after)]}
    with pytest.raises((JobFailed, Snoozed)):
        await it.write()
    assert it.author.calls == Counter(["headings", "section.1", "section.2", "section.3"])
    assert list(it.notebook.kept) == ["headings", "section.1", "section.3"]


async def test_watchers_see_every_step_in_its_order_and_percent_that_never_goes_back() -> None:
    it = desk()
    await it.write()
    stages = list(dict.fromkeys(run.stage for run in it.told))
    assert stages == STAGES[1:]
    percents = [run.percent for run in it.told if run.percent is not None]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 99)
    announced = next(run.parts for run in it.told if len(run.parts) == 5)
    assert announced == (
        *(Part(name=f"section.{number}", title=f"Heading {number}") for number in (1, 2, 3)),
        *(Part(name=f"image.{number}", title=f"Heading {number}") for number in (1, 2)),
    )
    assert {"waiting", "running", "completed"} <= {part.state for run in it.told for part in run.parts}
    last = it.told[-1].parts
    assert [part.text for part in last[:3]] == [f"The text of section.{number}." for number in (1, 2, 3)]


async def test_texts_of_any_script_stay_as_they_are() -> None:
    it = desk(language="ar", topic="الشاي الأخضر", sections=1, images=0, faq=1)
    text = "  \u200fالشاي <b>مشروب</b> & «لذيذ»\u202b 5%\u202c\r\n\n```x```  "
    it.author.says = {
        "section.1": text,
        "headings": '{"title": "\u200fالشاي\\u0000", "headings": ["ما هو الشاي؟\\u202e"]}',
    }
    made = await it.write()
    assert (made.direction, made.title) == ("rtl", "\u200fالشاي")
    assert (made.sections[0].heading, made.sections[0].text) == ("ما هو الشاي؟\u202e", text)
    assert "الشاي الأخضر" in it.author.prompts["headings"]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("headings", "Tea"),
        ("headings", '{"title": "Tea", "headings": ["One", "Two"]}'),
        ("headings", '{"title": "Tea", "headings": ["One", "Two", "Two"]}'),
        ("headings", '{"title": " \\u0000", "headings": ["One", "Two", "Three"]}'),
        ("meta", '{"title": "Tea"}'),
        ("faq", '{"faq": [{"question": "Why?", "answer": "So."}]}'),
        ("faq", '{"faq": [{"question": "Why?", "answer": ""}, {"question": "How?", "answer": "So."}]}'),
    ],
)
async def test_an_answer_of_another_form_is_tried_again_by_the_ledger(step: str, says: str) -> None:
    it = desk()
    it.author.says = {step: says}
    with pytest.raises(JobFailed) as failed:
        await it.write()
    assert (failed.value.error.code, failed.value.error.error_class) == ("invalid_output", "transient")


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (b"<svg onload=alert(1)>", "provider_failed"),
        (b"", "provider_failed"),
        (PNG + b"x" * PICTURE_LIMIT, "content_too_large"),
    ],
)
async def test_what_is_no_picture_or_too_large_is_not_stored(picture: bytes, code: str) -> None:
    it = desk()
    it.author.picture = picture
    with pytest.raises(JobFailed) as failed:
        await it.write()
    assert failed.value.error.code == code
    assert it.author.stored == {}


async def test_a_storage_that_is_away_is_waited_for_and_the_picture_not_bought_twice() -> None:
    it = desk()
    it.author.faults = {"put": [Unavailable("away"), Unavailable("away")]}
    result = await it.write()
    assert set(it.author.stored) == {section.image.key for section in result.sections if section.image}
    assert all(count == 1 for count in it.author.calls.values())


async def test_a_storage_that_refuses_is_told_and_not_asked_again_by_itself() -> None:
    it = desk()
    it.author.faults = {"put": [Refused("The storage refused our key.")] * 9}
    with pytest.raises(JobFailed, match="refused our key") as failed:
        await it.write()
    assert (failed.value.error.code, failed.value.error.error_class) == ("storage_refused", "permanent")
    assert all(it.author.calls[step] <= 1 for step in it.author.calls if step.startswith("image"))


async def test_a_storage_that_stays_away_fails_the_attempt_in_the_end_and_may_be_there_for_the_next() -> None:
    it = desk(images=1)
    it.storage_wait = 0.2
    it.author.faults = {"put": [Unavailable("the storage folder cannot be written: No space left on device")] * 1000}
    with pytest.raises(JobFailed, match=r"within 0\.2 s: .*No space left") as failed:
        await it.write()
    assert (failed.value.error.code, failed.value.error.error_class) == ("storage_unavailable", "transient")
    assert it.author.calls["image.1"] == 1


async def test_an_installation_without_storage_says_so_before_it_pays() -> None:
    it = desk()
    it.storage = False
    with pytest.raises(JobFailed, match="GENERATOR_STORAGE_DIR"):
        await it.write()
    assert not [step for step in it.author.order if step.startswith("image")]


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("HE", "rtl"),
        ("fa-IR", "rtl"),
        ("ur", "rtl"),
        ("az-Latn", "ltr"),
        ("az-Arab-IR", "rtl"),
        ("ar-Latn", "ltr"),
        ("uz-Arab", "rtl"),
        ("art", "ltr"),
    ],
)
def test_a_language_is_written_in_its_direction(language: str, direction: str) -> None:
    assert direction_of(language) == direction


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Herbal Tea: a Guide!", "herbal-tea-a-guide"),
        ("../../etc/passwd", "etc-passwd"),
        ("الشاي الأخضر", "الشاي-الأخضر"),
        ("हिन्दी चाय", "हिन्दी-चाय"),
        ("---", "article"),
    ],
)
def test_a_slug_fits_in_an_address(text: str, slug: str) -> None:
    assert slug_of(text) == slug
