"""Passwords at the lowest cost, so that the tests spend their time on what they test. Same algorithm, same format."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
