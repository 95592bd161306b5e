"""Put the key of the benchmarks' vault into the keyring of this session, as a user's would be.

A program of its own: `keep_key.py DATA_DIR`; prints the class of the keyring as JSON.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parent.parent))

from benchmarks import generate, window_vault
from cm_desktop.services import key_store
from cm_desktop.store import vault_file
from cm_desktop.store.vault_file import KeyPlace

vault = Path(sys.argv[1]) / "vaults" / window_vault.NAME
about = vault_file.read_about(vault)
ring = key_store.safe_keyring()
key_store.keep_key(ring, about.id, generate.KEY)
place = KeyPlace(kind="keyring", backend=key_store.name_of(ring))
vault_file.write_about(vault, replace(about, place=place))
print(json.dumps({"keyring": place.backend}))
