"""Receives webhooks and verifies them; Python 3.8 or newer, nothing to install.

    PORT=8080 CONTRACT=standard SECRET=whsec_... python3 receiver.py

Each verify_... function stands alone: copy the one for your contract, and give it the header values as text and the
body as the bytes that arrived, before anything parsed them. It returns where the request is genuine and raises
ValueError where it is not. During a rotation, give both secrets; here they are separated by a space in SECRET.
"""

import base64
import hashlib
import hmac
import os
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def verify_standard(message_id, timestamp, signatures, body, secrets):
    """Standard Webhooks, and so Fluxo and Flowlu: webhook-id, webhook-timestamp and webhook-signature."""
    if not re.fullmatch(r"[\x21-\x2d\x2f-\x7e]{1,256}", message_id):
        raise ValueError("malformed webhook-id")
    if not re.fullmatch(r"0|[1-9][0-9]{0,11}", timestamp):
        raise ValueError("malformed webhook-timestamp")
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("stale webhook-timestamp")
    # "v1,<base64>" for each secret that signs, separated by spaces; schemes other than v1 may stand beside them.
    given = signatures.split(" ")
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,16},[A-Za-z0-9+/=_-]+", one) for one in given):
        raise ValueError("malformed webhook-signature")
    for secret in secrets:
        key = base64.b64decode(secret[len("whsec_"):], validate=True)
        signed = f"{message_id}.{timestamp}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
            return
    raise ValueError("no signature matches")


def verify_fluxdesk(signature, body, secrets):
    """FluxDesk: X-FluxDesk-Signature, over the body alone."""
    for secret in secrets:
        expected = "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(signature.encode(), expected.encode()):
            return
    raise ValueError("X-FluxDesk-Signature does not match")


def verify_flowbeacon(signature, body, secrets):
    """FlowBeacon: X-FB-Signature, over the time and the body."""
    parts = re.fullmatch(r"t=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})", signature)
    if not parts:
        raise ValueError("malformed X-FB-Signature")
    timestamp, given = parts.groups()
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("stale X-FB-Signature")
    for secret in secrets:
        expected = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(given.encode(), expected.encode()):
            return
    raise ValueError("X-FB-Signature does not match")


def verify_flowxtra(signature, body, secrets):
    """Flowxtra: X-Flowxtra-Signature, over the body alone. The key is the secret's 64 characters as they are."""
    for secret in secrets:
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(signature.encode(), expected.encode()):
            return
    raise ValueError("X-Flowxtra-Signature does not match")


# Contract: its verify function, the headers that it needs, and the one that names the delivery.
STANDARD = (verify_standard, ["webhook-id", "webhook-timestamp", "webhook-signature"], "webhook-id")
CONTRACTS = {
    "standard": STANDARD,
    "fluxo": STANDARD,
    "flowlu": STANDARD,
    "fluxdesk": (verify_fluxdesk, ["X-FluxDesk-Signature"], "X-FluxDesk-Delivery-Id"),
    "flowbeacon": (verify_flowbeacon, ["X-FB-Signature"], None),
    "flowxtra": (verify_flowxtra, ["X-Flowxtra-Signature"], "X-Flowxtra-Delivery"),
}
LONGEST_BODY = 1024 * 1024


class Receiver(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        length = self.header("Content-Length")
        if not re.fullmatch(r"[0-9]{1,9}", length):
            return self.answer(411)
        if int(length) > LONGEST_BODY:
            return self.answer(413)
        body = self.rfile.read(int(length))
        verify, names, delivery = CONTRACTS[CONTRACT]
        try:
            verify(*[self.header(name) for name in names], body, SECRETS)
        except ValueError as error:
            # The reason is for this log: whoever forges requests need not be told.
            self.log_message("refused: %s", error)
            return self.answer(401)
        # Every attempt at one delivery has the same id. Store it under a unique key, in the transaction that acts
        # on the body, and do nothing where it is there already: a delivery can arrive twice. FlowBeacon has no such
        # header; its evaluation_id in the body serves. Where the contract signs no time, this store is also all that
        # tells a request that somebody recorded and sends again from the first one.
        self.log_message("accepted: delivery %s, %d bytes", self.header(delivery) if delivery else "-", len(body))
        # Answer first and work afterwards: the sender waits for seconds only.
        self.answer(204)

    def header(self, name):
        """The header's value; empty unless it was sent exactly once."""
        values = self.headers.get_all(name) or []
        return values[0] if len(values) == 1 else ""

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()


CONTRACT = os.environ.get("CONTRACT", "standard")
SECRETS = os.environ.get("SECRET", "").split()
if CONTRACT not in CONTRACTS or not SECRETS:
    sys.exit(f"Set SECRET, and CONTRACT to one of {', '.join(CONTRACTS)}.")

server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver)
print(f"{CONTRACT} receiver listens on port {server.server_port}", flush=True)
server.serve_forever()
