"""till.py URL FILE...: posts the first invoice, uploads the others, and posts the first again with a wrong sum.

The variable TILLGATE_TOKEN holds the token for the gateway. Prints what a till does with each invoice: delete, quarantine or resend.
"""

import json
import os
import sys
from pathlib import Path

import httpx
from tillgate_client import AuthenticatedClient
from tillgate_client.api.invoices import post_invoice
from tillgate_client.models import Invoice, Problem, ProblemTill, Receipt, UploadAnswer


def main(url: str, first_file: str, *other_files: str) -> None:
    # Not an argument: everybody on the machine can read those of a process.
    token = os.environ.get("TILLGATE_TOKEN", "none")
    with AuthenticatedClient(base_url=url, token=token) as client:
        first = read(first_file)
        post(client, first)

        upload(client, "".join(line_of(read(file)) for file in other_files))

        first.totals.tendered += 1
        post(client, first)


def read(file: str) -> Invoice:
    return Invoice.from_dict(json.loads(Path(file).read_text("utf-8")))


def line_of(invoice: Invoice) -> str:
    return json.dumps(invoice.to_dict()) + "\n"


def post(client: AuthenticatedClient, invoice: Invoice) -> None:
    try:
        settle(post_invoice.sync(client=client, body=invoice))
    except (httpx.HTTPError, ValueError, KeyError):
        settle(None)  # a proxy answered, or nobody


def upload(client: AuthenticatedClient, journal: str) -> None:
    # The generator makes no function for NDJSON, but its client has the HTTP client and its models the answer.
    headers = {"content-type": "application/x-ndjson"}
    try:
        response = client.get_httpx_client().post("/v1/invoices/batch", content=journal, headers=headers)
        answer = UploadAnswer.from_dict(response.json())
    except (httpx.HTTPError, ValueError, KeyError):
        settle(None)  # the upload was refused as a whole, or a proxy answered, or nobody
        return
    for result in answer.results:
        settle(result.receipt or result.problem)


def settle(answer: object) -> None:
    """The till's rule. Whatever is neither a receipt nor a problem that says quarantine is sent again."""
    if isinstance(answer, Receipt):
        print("delete", answer.identity.sequence_number)
    elif isinstance(answer, Problem) and answer.till == ProblemTill.QUARANTINE:
        print("quarantine", answer.type_)
        for violation in answer.errors or []:
            print(" ", violation.pointer, violation.code)
    else:
        print("resend")


if __name__ == "__main__":
    main(*sys.argv[1:])
