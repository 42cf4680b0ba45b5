import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.actions._opening import MOST_AT_ONCE, MOST_ITEMS
from amparo.apps.cases.models import Case, Item, Picture
from amparo.apps.ledger.models import Event
from amparo.apps.ledger.queries import verify
from amparo.core.vault import unwrap, words_as_password

from .conftest import fingerprint, read


def kinds(*subject_types):
    return list(Event.objects.filter(subject_type__in=subject_types).values_list("kind", flat=True))


def test_a_case_opens_with_its_pictures_addresses_and_events(opened, helpline, now):
    case = Case.objects.get()
    assert case == opened.case
    assert (case.helpline, case.state, case.country, case.opened_at) == (helpline, "open", "IT", now)
    assert case.locator == opened.code.locator
    assert read(case.pictures.get(), opened.case).code == fingerprint().code
    assert read(case.items.get(), opened.case).url == "https://files.example.org/1"
    assert kinds("case", "picture", "item") == ["case_opened", "picture_added", "item_added"]
    assert set(Event.objects.filter(subject_type="case").values_list("by", flat=True)) == {case.handle}
    assert verify().holds


def test_the_code_is_not_kept(opened):
    row = str(Case.objects.values().get())
    assert not [word for word in opened.code.words if f" {word} " in row]
    assert unwrap(opened.case.wrapped_key, words_as_password(opened.code.words), holder=opened.case.holder)


def test_a_bad_address_opens_no_case_at_all(helpline, now):
    with pytest.raises(actions.BadAddress, match="Address 2"):
        actions.open_case(
            helpline=helpline,
            language="en",
            country="",
            fingerprints=[fingerprint()],
            urls=["https://files.example.org/1", "not an address"],
            now=now,
        )
    assert not Case.objects.exists()
    assert not Event.objects.filter(subject_type="case").exists()


def test_too_many_addresses_leave_nothing_half_written(helpline, now):
    with pytest.raises(actions.TooMany, match="at most 200"):
        actions.open_case(
            helpline=helpline,
            language="en",
            country="",
            fingerprints=[fingerprint()],
            urls=[f"https://files.example.org/{number}" for number in range(MOST_AT_ONCE + 1)],
            now=now,
        )
    assert (Case.objects.count(), Picture.objects.count(), Item.objects.count()) == (0, 0, 0)
    assert not Event.objects.filter(subject_type__in=["case", "picture", "item"]).exists()


def test_a_case_has_a_bound_and_the_last_address_within_it_is_kept(case, now):
    Item.objects.bulk_create(
        Item(case=case, number=number, sealed_url=b"x", blind_url=number.to_bytes(32, "big"), added_at=now)
        for number in range(2, MOST_ITEMS)
    )
    actions.add_item(case=case, url="https://files.example.org/last", by=case, now=now)
    with pytest.raises(actions.TooMany, match="2000"):
        actions.add_item(case=case, url="https://files.example.org/more", by=case, now=now)
    assert case.items.count() == MOST_ITEMS


@pytest.mark.parametrize("country", ["it", "ITA", "1T", "\u0130T"])
def test_a_country_is_two_capital_letters(helpline, now, country):
    with pytest.raises(actions.BadCountry):
        actions.open_case(helpline=helpline, language="en", country=country, fingerprints=[], urls=[], now=now)


def test_hana_may_open_a_case_for_her_helpline_and_omar_may_not(helpline, hana, omar, now):
    def by(actor):
        return actions.open_case(
            helpline=helpline, language="en", country="", fingerprints=[], urls=[], by=actor, now=now
        )

    by(hana)
    with pytest.raises(actions.NotYourCase):
        by(omar)
    assert Case.objects.count() == 1


def test_the_same_picture_and_the_same_address_are_kept_once(case, picture, item, now):
    assert actions.add_picture(case=case, fingerprint=fingerprint(), by=case, now=now) == picture
    assert actions.add_item(case=case, url="https://files.example.org/1", by=case, now=now) == item
    assert (case.pictures.count(), case.items.count()) == (1, 1)


def test_a_picture_and_an_address_may_be_added_later(case, hana, now):
    actions.add_picture(case=case, fingerprint=fingerprint("screenshot"), by=case, now=now)
    actions.add_item(case=case, url="https://files.example.org/2", by=hana, now=now)
    assert (case.pictures.count(), case.items.count()) == (2, 2)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "http://example.org:8080/",
        "https://пример.example.org/картинка",
        "https://[2001:db8::1]/x",
    ],
)
def test_a_web_address_is_kept_as_typed(case, url, now):
    assert actions.add_item(case=case, url=f"  {url}\n", by=case, now=now).url == url


def test_an_address_without_its_beginning_is_taken_as_https(case, now):
    assert actions.add_item(case=case, url="example.org/x", by=case, now=now).url == "https://example.org/x"


@pytest.mark.parametrize(
    "url",
    [
        "word",
        "ftp://example.org/x",
        "javascript://example.org/%0aalert(1)",
        "https://",
        "https://example.org/a b",
        "https://example.org/\u202egpj.exe",
        "https://somebody:secret@example.org/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://[::1/",
        "https://example.org/\x00",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_what_is_not_a_web_address_is_refused_and_not_quoted(case, url, now):
    with pytest.raises(actions.BadAddress) as refused:
        actions.add_item(case=case, url=url, by=case, now=now)
    assert "example.org" not in str(refused.value)
    assert "secret" not in str(refused.value)
