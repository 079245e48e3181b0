"""Runs every check of scim2-tester against one directory, and prints what each came to as JSON.

The directory is named by SCIM_URL, SCIM_TOKEN and SCIM_DOMAIN.
"""

import json
import os
import sys
import time
import uuid

from httpx2 import Client, HTTPTransport
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server, filling


class Waiting(HTTPTransport):
    """A directory that is told to wait (429) does."""

    def handle_request(self, request):
        response = super().handle_request(request)
        while response.status_code == 429:
            response.read()
            time.sleep(0.05)
            response = super().handle_request(request)
        return response


made_up = filling.get_random_example_value


def example(path):
    """People of a directory sign in by an address of their organisation's domain."""
    if str(path).endswith("userName"):
        return f"{uuid.uuid4()}@{os.environ['SCIM_DOMAIN']}"
    return made_up(path)


filling.get_random_example_value = example
headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
client = SyncSCIMClient(Client(base_url=os.environ["SCIM_URL"], headers=headers, transport=Waiting()))
results = check_server(client)
json.dump([{"status": r.status.name, "check": r.title, "reason": r.reason or ""} for r in results], sys.stdout)
