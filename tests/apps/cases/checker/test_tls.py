import subprocess

import pytest

from amparo.apps.cases.checker import Finding, look
from amparo.apps.cases.models import Item
from tests.servers.host import Host


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for pictures.example.org that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    made, key, both = folder / "certificate.pem", folder / "key.pem", folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    names = ["-addext", "subjectAltName=DNS:pictures.example.org"]
    subprocess.run([*command, *names, "-keyout", key, "-out", made], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


@pytest.fixture
def host(certificate):
    with Host(certificate=certificate) as running:
        running.page("/album")
        yield running


def look_at(name, host):
    return look(
        f"https://{name}:{host.port}/album",
        agent="test",
        allowed=frozenset({f"{name}:{host.port}"}),
        resolve=lambda _host, _port: ["127.0.0.1"],
        seconds=5,
    )


def test_the_certificate_is_verified_for_the_name_and_not_for_the_address(host, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert look_at("pictures.example.org", host).state == Item.State.ALIVE


def test_a_certificate_of_another_name_is_an_error(host, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert look_at("other.example.org", host) == Finding(Item.State.ERROR, "tls")
    assert host.seen == []


def test_a_certificate_that_nobody_vouches_for_is_an_error(host):
    assert look_at("pictures.example.org", host) == Finding(Item.State.ERROR, "tls")
    assert host.seen == []


def test_a_host_without_tls_is_an_error():
    with Host() as plain:
        found = look_at("pictures.example.org", plain)
    assert found.state == Item.State.ERROR
