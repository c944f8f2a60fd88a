"""Under another name or address than loopback, over http and https: what works, and who is not the operator."""

import fcntl
import hashlib
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from bitaca_core.security.origin import is_loopback_address
from tests.browser import chromium

from .conftest import START_S


@pytest.fixture(scope="module")
def elsewhere(playwright_driver, chromium_path):
    """A Chromium for which bitaca.test is this machine."""
    arguments = [*chromium.ARGUMENTS, "--host-resolver-rules=MAP bitaca.test 127.0.0.1"]
    running = playwright_driver.chromium.launch(executable_path=chromium_path, args=arguments)
    yield running
    running.close()


@pytest.fixture
def visitor(elsewhere):
    context = elsewhere.new_context(viewport={"width": 1280, "height": 800}, locale="pt-BR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["/", "/watch/curta-1-2026", "/app/"])
def test_pages_work_without_a_padlock_and_say_what_is_off(visitor, site, path):
    broken = []
    visitor.on("pageerror", lambda error: broken.append(str(error)))
    visitor.goto(site.replace("127.0.0.1", "bitaca.test") + path)
    assert visitor.evaluate("isSecureContext") is False
    visitor.fill("#chat-input", "Mostre animes de ação")
    visitor.click("#send-btn")
    visitor.wait_for_selector(".bot-message", timeout=5000)
    assert visitor.locator(".recommendation-card").count() > 0
    expect(visitor.locator("#insecure")).to_contain_text("Conexão sem cadeado")
    visitor.locator("#insecure button").click()
    assert visitor.locator("#insecure").count() == 0
    assert broken == []


def test_the_operators_tables_are_closed_to_it(visitor, site):
    address = site.replace("127.0.0.1", "bitaca.test")
    assert visitor.goto(address + "/reports").status == 403
    visitor.goto(address + "/app/")
    expect(visitor.locator("#bitaca-note")).to_contain_text("senha de operação", timeout=15_000)
    assert visitor.locator("text=curta-1-2026 >> visible=true").count() == 0


# -- another address of this machine, and https -----------------------------------------------------------

TOKEN = "senha-de-operacao-0123"
UP = """
import contextlib, sys
from bitaca_core.cli import up
up._pipeline = lambda arguments: contextlib.nullcontext()  # the app alone: nothing is packaged here
up.up(host=sys.argv[1], port=0, tls=sys.argv[2] == "tls")
"""


def interface_address():
    """Return an IPv4 address of this machine that is not loopback; without one these tests cannot be done."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            try:
                found = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # an interface without an IPv4 address
            address = socket.inet_ntoa(found[20:24])
            if not is_loopback_address(address):
                return address
    pytest.fail(
        "this machine has no network interface besides loopback; give it one: nothing else tells who calls"
    )


SIOCGIFADDR = 0x8915


@contextmanager
def serving_others(home, address, *, tls, **environment):
    """Run `bitaca up` on an interface; yield its address and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", UP, address, "tls" if tls else "plain"],
        env={**os.environ, "BITACA_HOME": str(home.home), "BITACA_OPERATOR_TOKEN": TOKEN, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [process.stdout.readline().strip() for _ in range(3 if tls else 2)]
    try:
        origin = re.search(r"https?://\S+", lines[0])[0]
        context = ssl._create_unverified_context() if tls else None
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urllib.request.urlopen(origin + "/readyz", timeout=5, context=context):
                    break
            except OSError:
                assert time.monotonic() < deadline, f"{origin} did not open in {START_S} s"
                time.sleep(0.2)
        yield origin, lines
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def insecure_visitor(browser):
    context = browser.new_context(ignore_https_errors=True, locale="pt-BR")
    yield context.new_page()
    context.close()


def sign_in(page, origin):
    page.goto(origin + "/operator")
    page.fill("#token", TOKEN)
    page.click("main button[type=submit]")
    page.wait_for_url("**/reports")


def chat(page, origin):
    page.goto(origin + "/")
    page.fill("#chat-input", "Mostre animes de ação")
    page.click("#send-btn")
    page.locator(".recommendation-card").first.wait_for()


def test_another_interface_of_this_machine_is_not_the_operator(home, insecure_visitor):
    """Behind a proxy that is not there: whoever calls by the interface directly is a stranger until signed in."""
    address, page = interface_address(), insecure_visitor
    with serving_others(home, address, tls=False, BITACA_TRUSTED_PROXIES="198.51.100.1") as (origin, lines):
        assert origin.startswith(f"http://{address}:") and lines[1] == f"on this network: {origin}"
        assert page.goto(origin + "/reports").status == 403
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
            request = urllib.request.Request(
                origin + "/reports", headers={header: "127.0.0.1", "Host": "localhost"}
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=10)
            assert refused.value.code == 403
        chat(page, origin)
        assert page.evaluate("isSecureContext") is False
        expect(page.locator("#insecure")).to_contain_text("Conexão sem cadeado")
        sign_in(page, origin)
    with socket.socket() as closed, pytest.raises(OSError):
        closed.connect(("127.0.0.1", int(origin.rsplit(":", 1)[1])))


def test_https_is_served_whole_with_the_printed_fingerprint(home, insecure_visitor):
    address, page = interface_address(), insecure_visitor
    seen = []
    for _ in range(2):  # the certificate outlives the server: a fingerprint is compared once
        with serving_others(home, address, tls=True) as (origin, lines):
            assert origin.startswith(f"https://{address}:")
            printed = lines[2].removeprefix("certificate SHA-256 ")
            port = int(origin.rsplit(":", 1)[1])
            certificate = ssl.get_server_certificate((address, port))
            der = ssl.PEM_cert_to_DER_cert(certificate)
            assert printed.replace(":", "").lower() == hashlib.sha256(der).hexdigest()
            seen.append(printed)
            # Whoever trusts this certificate reaches this address: its names and dates hold.
            trusting = ssl.create_default_context(cadata=certificate)
            with urllib.request.urlopen(origin + "/", timeout=10, context=trusting) as answer:
                assert answer.status == 200 and answer.headers["strict-transport-security"]
                assert "Secure" in answer.headers["set-cookie"]
            if len(seen) == 1:
                assert page.goto(origin + "/reports").status == 403
                chat(page, origin)
                assert page.evaluate("isSecureContext") is True and page.locator("#insecure").count() == 0
                sign_in(page, origin)
    assert seen[0] == seen[1]
