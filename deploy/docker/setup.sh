#!/bin/sh
# One-shot: Kibana's password, then topics and index. Running it again changes nothing.
set -eu
python - <<'PYTHON'
import base64, json, os, urllib.request

url = os.environ["WIRE_ELASTICSEARCH"] + "/_security/user/kibana_system/_password"
login = f"{os.environ['WIRE_ELASTICSEARCH_USERNAME']}:{os.environ['WIRE_ELASTICSEARCH_PASSWORD']}"
request = urllib.request.Request(
    url,
    data=json.dumps({"password": os.environ["KIBANA_PASSWORD"]}).encode(),
    headers={"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(login.encode()).decode()},
)
urllib.request.urlopen(request, timeout=30)
PYTHON
exec wire setup --wait 180
