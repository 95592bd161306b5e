"""Vaults lie where the user says, else where the system says, and a shared place is noticed."""

from pathlib import Path

import pytest

from cm_desktop.services import paths


def test_what_is_asked_for_comes_before_the_variable_and_the_system(tmp_path, monkeypatch):
    monkeypatch.setenv("CM_DESKTOP_HOME", str(tmp_path / "variable"))
    assert paths.data_dir(str(tmp_path / "asked")) == tmp_path / "asked"
    assert paths.data_dir() == tmp_path / "variable"
    monkeypatch.delenv("CM_DESKTOP_HOME")
    assert paths.data_dir().name == "cm-desktop"


def test_a_path_may_begin_at_home_or_here(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert paths.data_dir("~/x") == tmp_path / "x"
    assert paths.data_dir("x") == tmp_path / "x"


def test_a_missing_folder_has_no_vaults(tmp_path):
    assert paths.vault_folders(tmp_path / "none") == []


@pytest.mark.parametrize(
    "place",
    [
        "Dropbox/cm", "Dropbox (Firma)/cm", "OneDrive - Firma/a/b", "Nextcloud/Kunden",
        "Library/Mobile Documents/com~apple~CloudDocs/x", "Google Drive/x",
    ],
)  # fmt: skip
def test_a_folder_that_is_copied_to_a_cloud_is_noticed(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    assert paths.shared_place(folder) in folder.parts


def test_a_folder_of_syncthing_is_noticed_by_its_mark(tmp_path):
    (tmp_path / "work" / ".stfolder").mkdir(parents=True)
    assert paths.shared_place(tmp_path / "work" / "vaults") == "work"


def test_a_folder_of_this_computer_is_fine(tmp_path):
    assert paths.shared_place(tmp_path / "Boxen" / "cloudy") is None


def test_a_network_drive_is_noticed(tmp_path, monkeypatch):
    table = tmp_path / "mounts"
    table.write_text(f"server:/x {tmp_path}/my\\040files nfs4 rw 0 0\nrootfs / ext4 rw 0 0\nodd\n")
    monkeypatch.setattr(paths, "_MOUNTS", table)
    assert paths.shared_place(tmp_path / "my files" / "vaults") == "nfs4"
    assert paths.shared_place(Path("/opt/x")) is None
