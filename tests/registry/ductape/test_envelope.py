"""The envelope, byte for byte what the platform's clients make: by the vectors, and with crypto-js itself."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.registry.ductape.envelope import BrokenEnvelope, decrypt, encrypt

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
# What crypto-js does with each line: opens Python's envelope, and makes one of its own with a random IV.
_NODE = """
const C = require('crypto-js');
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n').map(JSON.parse);
const out = lines.map(({key, envelope}) => {
  const digest = C.SHA256(key);
  const [iv, text] = envelope.split(':');
  const opened = C.AES.decrypt(text, digest, {iv: C.enc.Hex.parse(iv), mode: C.mode.CBC, padding: C.pad.Pkcs7});
  const plain = opened.toString(C.enc.Utf8);
  const own = C.lib.WordArray.random(16);
  const made = C.AES.encrypt(plain, digest, {iv: own, mode: C.mode.CBC, padding: C.pad.Pkcs7});
  return JSON.stringify({plain, envelope: own.toString(C.enc.Hex) + ':' + made.toString()});
});
process.stdout.write(out.join('\\n'));
"""
COUNT = 1000


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["public_key"] for vector in VECTORS])
def test_a_vector_is_made_and_opened(vector: dict[str, str]) -> None:
    key, envelope = vector["public_key"], vector["envelope"]
    assert encrypt(vector["plaintext"].encode(), key, bytes.fromhex(vector["iv"])) == envelope
    assert decrypt(envelope, key).decode() == vector["plaintext"]


@given(
    st.binary(max_size=200), st.text(max_size=40).filter(lambda key: not any("\ud800" <= c <= "\udfff" for c in key))
)
def test_any_text_comes_back(text: bytes, key: str) -> None:
    assert decrypt(encrypt(text, key), key) == text


def test_the_same_call_never_looks_the_same_twice() -> None:
    assert encrypt(b"{}", "key") != encrypt(b"{}", "key")


@given(st.text(max_size=80))
def test_what_is_no_envelope_is_told(text: str) -> None:
    with pytest.raises(BrokenEnvelope):
        decrypt(text.replace(":", ";"), "key")


@pytest.mark.parametrize("envelope", ["", ":", "00:AA==", f"{'0' * 32}:", f"{'0' * 32}:!!!!", f"{'0' * 32}:AAAA"])
def test_a_broken_envelope_is_told(envelope: str) -> None:
    with pytest.raises(BrokenEnvelope):
        decrypt(envelope, "key")


def _payloads() -> list[tuple[str, str]]:
    """Return keys and texts of every length around a block's, in many scripts; the same on every run."""
    dice = random.Random(6)  # noqa: S311 - a test that fails must fail again
    letters = 'aZ09 {}":,\\/éßøЖ中あ✓😀🦊\n\t\u2028'
    texts = ["".join(dice.choices(letters, k=dice.randrange(1, 90))) for _ in range(COUNT)]
    keys = ["".join(dice.choices(letters, k=dice.randrange(1, 50))) for _ in range(COUNT)]
    return list(zip(keys, texts, strict=True))


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install crypto-js into a folder of the test's own."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no node with npm here to run crypto-js")
    folder = tmp_path_factory.mktemp("crypto-js")
    (folder / "package.json").write_text("{}")
    arguments = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "crypto-js@4.2.0"]
    done = subprocess.run([npm, *arguments], cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_thousand_payloads_go_to_crypto_js_and_back(node_folder: Path) -> None:
    payloads = _payloads()
    lines = (json.dumps({"key": key, "envelope": encrypt(text.encode(), key)}) for key, text in payloads)
    done = subprocess.run(
        ["node", "-e", _NODE],
        cwd=node_folder,
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.split("\n")]
    assert [answer["plain"] for answer in answers] == [text for _, text in payloads]
    for (key, text), answer in zip(payloads, answers, strict=True):
        assert decrypt(answer["envelope"], key).decode() == text
