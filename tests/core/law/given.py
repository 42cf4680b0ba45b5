"""Complete facts of a notice and of a decision, and what each regime needs, written down a second time by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import settings

from amparo.core.law import (
    Age,
    Capacity,
    Copyright,
    Decision,
    DecisionFacts,
    Kind,
    Location,
    Media,
    NonConsent,
    NoticeFacts,
)

# Examples are not timed: the machine is shared, and the first one reads the data files.
unhurried = settings(deadline=None)

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ON = AT.date()
SENT = ("eu_dsa_art16", "us_tida", "uk_osa_iicr", "in_it_rules", "br_mci21", "jp_act126", "us_dmca_512c3")
NOT_SENT = (
    "eu_dsa_art17",
    "eu_dsa_art20",
    "eu_dsa_art22",
    "au_osa_removal",
    "de_netzdg",
    "kr_tba",
    "it_garante_144bis",
    "es_aepd_canal",
    "al_akep",
)
# The country of the person that lets a regime fit, and an offence of hers that may be cited.
HOME = {"in_it_rules": ("IN", "in-66e"), "br_mci21": ("BR", "br-218-c"), "jp_act126": ("JP", "jp-3-1")}
# Who may send at all.
SENDERS = dict.fromkeys(SENT, (Capacity.AGENT, Capacity.PERSON)) | {"jp_act126": (Capacity.PERSON,)}


def facts(regime_id: str = "eu_dsa_art16", **changes: Any) -> NoticeFacts:
    """Everything that the regime needs, and then the changes."""
    country, offence = HOME.get(regime_id, ("IT", "it-612-ter"))
    whole = NoticeFacts(
        age_in_picture=Age.ADULT,
        organisation="Example Helpline",
        mailbox="cases@helpline.example.org",
        signatory="case worker 4",
        capacity=SENDERS[regime_id][0] if regime_id in SENDERS else Capacity.AGENT,
        authority="A-2026-12",
        postal_address="1 Example Street, Example Town",
        service="Example Forum",
        offered_in=frozenset({"US", "EU", "GB", "IN", "BR", "JP"}),
        covered_platform=True,
        locations=(Location("https://forum.example/t/1", "third picture"), Location("https://forum.example/t/2")),
        kind=Kind.AUTHENTIC,
        intimate=True,
        non_consent=NonConsent(sharing=True, meant_private=True),
        country=country,
        offences=(offence,),
        good_faith=True,
        signed=True,
    )
    if regime_id == "us_dmca_512c3":
        whole = replace(whole, copyright=owned())
    return replace(whole, **changes)


def owned(**changes: Any) -> Copyright:
    return replace(
        Copyright(
            person_took_it=True,
            exposure_consent=True,
            work="photograph taken in 2025",
            postal_address="1 Example Street, Example Town",
            telephone="+44 1632 960000",
            perjury=True,
        ),
        **changes,
    )


def without(whole: NoticeFacts, fact: str) -> NoticeFacts:
    """The same facts with one of them not known."""
    if whole.copyright is not None and fact in {"work", "telephone", "perjury", "postal_address"}:
        empty: Any = False if fact == "perjury" else ""
        return replace(whole, copyright=replace(whole.copyright, **{fact: empty}), postal_address="")
    empties: dict[str, Any] = {
        "locations": (),
        "intimate": False,
        "non_consent": NonConsent(meant_private=True),
        "offences": (),
        "good_faith": False,
        "signed": False,
    }
    return replace(whole, **{fact: empties.get(fact, "")})


# regime -> element -> the facts it needs from everybody, and those that only an agent must give.
NEEDED: dict[str, dict[str, tuple[set[str], set[str]]]] = {
    "eu_dsa_art16": {
        "a": ({"service", "intimate", "non_consent", "offences"}, set()),
        "b": ({"locations"}, set()),
        "c": ({"signatory", "mailbox"}, {"organisation"}),
        "d": ({"good_faith"}, set()),
    },
    "us_tida": {
        "i": ({"signatory", "signed"}, {"organisation", "authority"}),
        "ii": ({"service", "intimate", "locations"}, set()),
        "iii": ({"good_faith", "non_consent"}, set()),
        "iv": ({"mailbox"}, {"organisation"}),
    },
    "uk_osa_iicr": {
        "a": ({"service", "intimate", "non_consent"}, set()),
        "b": (set(), {"organisation", "authority"}),
        "c": ({"good_faith"}, set()),
        "d": ({"locations"}, set()),
        "e": ({"signatory", "mailbox"}, {"organisation"}),
    },
    "in_it_rules": {
        "complaint": ({"service", "signatory", "mailbox"}, {"organisation", "authority"}),
        "prima_facie": ({"intimate", "non_consent"}, set()),
        "link": ({"locations"}, set()),
    },
    "br_mci21": {
        "private": ({"service", "intimate", "non_consent"}, set()),
        "identify": ({"locations"}, set()),
        "legitimacy": ({"signatory", "mailbox", "good_faith"}, {"organisation", "authority"}),
    },
    "jp_act126": {
        "right": ({"service", "intimate", "non_consent"}, set()),
        "url": ({"locations"}, set()),
        "who": ({"signatory", "mailbox", "postal_address", "good_faith"}, set()),
    },
    "us_dmca_512c3": {
        "i": ({"signatory", "signed"}, set()),
        "ii": ({"service", "work"}, set()),
        "iii": ({"locations"}, set()),
        "iv": ({"mailbox", "postal_address", "telephone"}, {"organisation"}),
        "v": ({"good_faith"}, set()),
        "vi": ({"perjury"}, set()),
    },
}


def needed(regime_id: str, capacity: Capacity) -> dict[str, set[str]]:
    """The facts that each element of the regime needs from such a sender."""
    return {
        element: everybody | (agent if capacity is Capacity.AGENT else set())
        for element, (everybody, agent) in NEEDED[regime_id].items()
    }


def decision(**changes: Any) -> DecisionFacts:
    """Everything that a statement of reasons needs, and then the changes."""
    whole = DecisionFacts(
        reference="D-2026-0007",
        service="Example Forum",
        decision=Decision.BLOCK,
        media=Media.IMAGE,
        content_on=date(2026, 11, 21),
        decided_at=AT,
        offences=("it-612-ter",),
        clause="section 4 of the terms of service",
        complaint_at="https://forum.example/complaints",
    )
    return replace(whole, **changes)
