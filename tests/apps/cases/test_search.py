"""Search in sealed texts: everything one may open and nothing else, page by page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amparo.apps.accounts.models import User
from amparo.apps.cases import actions, queries
from amparo.apps.cases.models import Grant, Item
from amparo.apps.cases.search import search

URL = "https://files.example.org/gallery/1"


def opened(helpline, now, *urls):
    return actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=list(urls), now=now
    ).case


def found(by, words, **more):
    return [hit.case for hit in search(by=by, words=words, **more).hits]


def test_a_part_of_an_address_finds_its_case_and_the_address(helpline, hana, now):
    wanted, _other = opened(helpline, now, URL, f"{URL}2"), opened(helpline, now, "https://elsewhere.example.org/x")
    [hit] = search(by=hana, words="GALLERY").hits
    assert hit.case == wanted
    assert [item.url for item in hit.items] == [URL, f"{URL}2"]
    assert hit.notices == []


def test_the_service_and_the_words_of_a_notice_are_found(case, notice, hana):
    for words in ("example forum", notice.subject, "take it down files.example.org/1"):
        [hit] = search(by=hana, words=words).hits
        assert (hit.case, hit.notices) == (case, [notice])


def test_every_word_has_to_be_there(case, hana):
    assert found(hana, "files 1") == [case]
    assert found(hana, "files 9") == []
    assert found(hana, "  ") == []


def test_omar_finds_nothing_of_hanas_and_who_has_no_key_is_refused(case, hana, omar, pia):
    for nobody in (omar, pia):
        answer = search(by=nobody, words="files")
        assert (answer.hits, answer.searched, answer.sealed) == ([], 0, 0)
    with pytest.raises(actions.Locked):
        search(by=User.objects.get(pk=hana.pk), words="files")


def test_a_case_that_does_not_open_is_counted_and_not_searched(case, helpline, hana, now):
    opened(helpline, now, URL)
    Grant.objects.filter(case=case, holder=hana.holder).delete()
    answer = search(by=hana, words="files")
    assert (len(answer.hits), answer.searched, answer.sealed) == (1, 2, 1)


def test_a_page_ends_after_so_many_hits_and_the_next_goes_on(helpline, hana, now):
    cases = [opened(helpline, now, f"{URL}{number}") for number in range(5)]
    first = search(by=hana, words="files", most_hits=2)
    second = search(by=hana, words="files", after=first.after, most_hits=2)
    third = search(by=hana, words="files", after=second.after, most_hits=2)
    assert [len(page.hits) for page in (first, second, third)] == [2, 2, 1]
    assert third.after is None
    assert {hit.case for page in (first, second, third) for hit in page.hits} == set(cases)


def test_a_request_opens_a_bounded_number_of_cases(helpline, hana, now):
    last = opened(helpline, now, URL)
    for _ in range(4):
        opened(helpline, now.replace(year=2027), "https://b.example.org/")
    answer = search(by=hana, words="gallery", most_cases=2)
    assert (answer.hits, answer.searched, answer.after) == ([], 2, 2)
    assert search(by=hana, words="gallery", after=4).hits[0].case == last


def test_the_database_is_asked_the_same_few_questions_however_many_cases_there_are(helpline, hana, now):
    counts = []
    for _ in range(2):
        for number in range(4):
            opened(helpline, now, f"{URL}{number}")
        with CaptureQueriesContext(connection) as asked:
            search(by=hana, words="gallery")
        counts.append(len(asked))
        assert "gallery" not in str(asked.captured_queries)
    assert counts[0] == counts[1] <= 5


def test_the_same_address_in_other_cases_is_known_without_opening_them(case, other_helpline, hana, omar, now):
    helpline = case.helpline
    same = opened(helpline, now, "HTTPS://files.example.org/1", "https://files.example.org/2")
    opened(other_helpline, now, "https://files.example.org/1")
    known = queries.known_elsewhere(Item.objects.filter(case=case), hana)
    assert list(known.values()) == [[same]]
    assert queries.known_elsewhere(Item.objects.filter(case=case), omar) != known
