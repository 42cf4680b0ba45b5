import time
import tracemalloc

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from amparo.core import vault

WORDS = ("about", "about", "about", "about", "about", "about", "above")


def test_the_digest_is_argon2id_at_the_cost_libsodium_calls_interactive():
    found = extract_parameters(vault.digest_code(WORDS))
    assert found.type is Type.ID
    assert (found.time_cost, found.memory_cost, found.parallelism) == (2, 65536, 1)
    assert (found.salt_len, found.hash_len) == (16, 32)


def test_the_right_words_match_and_others_do_not():
    digest = vault.digest_code(WORDS)
    assert vault.code_matches(digest, WORDS)
    assert not vault.code_matches(digest, WORDS[::-1])
    assert not vault.code_matches(digest, ())


def test_words_match_in_any_case_and_without_accents():
    assert vault.code_matches(vault.digest_code(["Ábaco"] * 7), ["abaco"] * 7)


def test_every_digest_has_a_salt_of_its_own():
    assert vault.digest_code(WORDS) != vault.digest_code(WORDS)


def test_a_digest_that_cannot_be_read_matches_nothing():
    for broken in ("", "words", "$argon2id$v=19$m=65536,t=2,p=1$"):
        assert not vault.code_matches(broken, WORDS)


def test_a_digest_of_other_parameters_still_matches_and_asks_to_be_made_anew():
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(" ".join(WORDS))
    assert vault.code_matches(weaker, WORDS)
    assert vault.needs_new_digest(weaker)
    assert not vault.needs_new_digest(vault.digest_code(WORDS))


def shortest(run, times=5):
    taken = []
    for _ in range(times):
        begun = time.process_time()
        run()
        taken.append(time.process_time() - begun)
    return min(taken)


def test_a_locator_without_a_case_costs_the_time_of_a_wrong_code():
    digest = vault.digest_code(WORDS)
    wrong = shortest(lambda: vault.code_matches(digest, WORDS[::-1]))
    absent = shortest(lambda: vault.spend_the_same(WORDS))
    assert 0.5 < absent / wrong < 2


def test_nothing_of_the_work_stays_in_memory():
    vault.spend_the_same(WORDS)
    tracemalloc.start()
    vault.spend_the_same(WORDS)
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000
