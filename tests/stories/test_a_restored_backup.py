"""A backup that is put back thinks that replies still wait which were sent long ago."""

from cm_desktop.services import backup
from cm_desktop.services.clock import utc_now
from cm_desktop.services.key_store import PASSPHRASE_FILE
from cm_desktop.services.vault import create_vault, open_vault, restore_vault
from tests.fakes import Clock, ScriptedConnector
from tests.services.conftest import Office


def test_what_was_sent_after_a_backup_is_not_sent_again_when_it_is_put_back(tmp_path, monkeypatch):
    secret = tmp_path / "passphrase"
    secret.write_text("open sesame")
    monkeypatch.setenv(PASSPHRASE_FILE, str(secret))
    outside = ScriptedConnector()

    with create_vault(tmp_path, "bakery", passphrase="open sesame") as vault:
        office = Office(vault, utc_now)
        connectors = office.connectors
        connectors[office.account.id] = outside
        sent, unsent = office.queue(text="sent"), office.queue(text="unsent", hold_seconds=3600)
        made = backup.back_up(vault.db, vault.folder, "before")
        office.sync()
        assert outside.outside.texts() == ["sent"]

    restore_vault(tmp_path, "bakery", file=made.file)

    with open_vault(tmp_path, "bakery") as vault:
        clock = Clock(utc_now())
        again = Office(vault, clock, connectors)
        again.sync()
        assert (again.state(sent), again.state(unsent)) == ("sent", "unknown")
        clock.go_on(minutes=2)
        again.sync()
        clock.go_on(hours=1)
        again.sync()
        assert again.state(unsent) == "sent"
    assert outside.outside.texts() == ["sent", "unsent"]
