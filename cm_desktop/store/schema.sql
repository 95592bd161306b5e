CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE member (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL DEFAULT 'member',
    me   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
    id             INTEGER PRIMARY KEY,
    uid            TEXT NOT NULL UNIQUE,
    channel        TEXT NOT NULL,
    remote_id      TEXT NOT NULL,
    handle         TEXT NOT NULL,
    title          TEXT NOT NULL,
    url            TEXT NOT NULL,
    settings       TEXT NOT NULL DEFAULT '{}',
    secret         TEXT NOT NULL DEFAULT '{}',
    policy         TEXT NOT NULL DEFAULT '{}',
    cursor         TEXT,
    standing       TEXT NOT NULL DEFAULT '{}',
    health         TEXT NOT NULL DEFAULT 'new',
    trouble        TEXT NOT NULL DEFAULT '',
    trouble_detail TEXT NOT NULL DEFAULT '',
    failures       INTEGER NOT NULL DEFAULT 0,
    last_ok_ms     INTEGER,
    next_fetch_ms  INTEGER,
    paused         INTEGER NOT NULL DEFAULT 0,
    created_ms     INTEGER NOT NULL,
    removed_ms     INTEGER,            -- signed out for good; what it brought stays
    UNIQUE (channel, remote_id)
) STRICT;
CREATE TABLE gap (
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    begin_ms   INTEGER NOT NULL,
    end_ms     INTEGER NOT NULL,
    lost       INTEGER NOT NULL DEFAULT 0,  -- the channel has it no more
    dismissed  INTEGER NOT NULL DEFAULT 0,  -- put away by a member: a lost one only
    PRIMARY KEY (account_id, begin_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
    id         INTEGER PRIMARY KEY,
    uid        BLOB NOT NULL UNIQUE,
    account_id INTEGER REFERENCES account ON DELETE CASCADE,
    remote_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    handle     TEXT NOT NULL,
    url        TEXT NOT NULL,
    avatar_url TEXT NOT NULL,
    blocked    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE post (
    id         INTEGER PRIMARY KEY,
    uid        BLOB NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    remote_id  TEXT NOT NULL,
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    url        TEXT NOT NULL,
    created_ms INTEGER
) STRICT;
CREATE TABLE conversation (
    id          INTEGER PRIMARY KEY,
    uid         BLOB NOT NULL UNIQUE,
    account_id  INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    post_id     INTEGER REFERENCES post,
    kind        TEXT NOT NULL,
    remote_id   TEXT NOT NULL,
    title       TEXT NOT NULL,
    context     TEXT NOT NULL DEFAULT '{}',
    status      TEXT NOT NULL DEFAULT 'open',
    assignee    TEXT,
    snoozed_ms  INTEGER,
    due_ms      INTEGER,
    last_id     INTEGER NOT NULL,      -- its newest message: the order of every list
    author_id   INTEGER NOT NULL REFERENCES person,
    preview     TEXT NOT NULL,
    preview_out INTEGER NOT NULL,
    unread      INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    out_waiting INTEGER NOT NULL DEFAULT 0,
    out_trouble INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE account_stat (
    account_id INTEGER NOT NULL,
    status     TEXT NOT NULL,
    n          INTEGER NOT NULL,
    unread     INTEGER NOT NULL,
    PRIMARY KEY (account_id, status)
) STRICT, WITHOUT ROWID;
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    uid         BLOB NOT NULL UNIQUE,
    conv_id     INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    author_id   INTEGER NOT NULL REFERENCES person,
    parent      BLOB,                  -- uid; may be of a message that never came
    remote_id   TEXT NOT NULL,
    direction   TEXT NOT NULL,
    public      INTEGER NOT NULL,
    text        TEXT NOT NULL,
    quoted      TEXT NOT NULL DEFAULT '',
    received_ms INTEGER NOT NULL,
    edited_ms   INTEGER,
    deleted_ms  INTEGER,
    visibility  TEXT NOT NULL DEFAULT 'shown',
    nature      TEXT NOT NULL DEFAULT 'person',
    liked       INTEGER NOT NULL DEFAULT 0,
    unread      INTEGER NOT NULL DEFAULT 0,
    rating      INTEGER,
    permalink   TEXT NOT NULL DEFAULT '',
    language    TEXT,
    sentiment   TEXT,
    member      TEXT NOT NULL DEFAULT '',
    context     TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE message_version (
    message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    until_ms   INTEGER NOT NULL,
    text       TEXT NOT NULL,
    PRIMARY KEY (message_id, until_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE attachment (
    message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    size       INTEGER,
    url        TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    content    BLOB,
    PRIMARY KEY (message_id, n)
) STRICT;
CREATE TABLE tag (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    colour INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE conv_tag (
    tag_id  INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
    last_id INTEGER NOT NULL,          -- of the conversation, so that a tag's list pages by it
    conv_id INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    PRIMARY KEY (tag_id, last_id, conv_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE note (
    id         INTEGER PRIMARY KEY,
    uid        TEXT NOT NULL UNIQUE,
    conv_id    INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    member     TEXT NOT NULL,
    text       TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    removed_ms INTEGER
) STRICT;
CREATE TABLE handoff (
    id          INTEGER PRIMARY KEY,
    uid         TEXT NOT NULL UNIQUE,
    conv_id     INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    sender      TEXT NOT NULL,
    receiver    TEXT NOT NULL,
    asked       TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    until_ms    INTEGER,
    state       TEXT NOT NULL,
    answered_ms INTEGER,
    answer      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE template (
    id       INTEGER PRIMARY KEY,
    uid      TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL UNIQUE,
    text     TEXT NOT NULL,
    shortcut TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    channel  TEXT NOT NULL DEFAULT '',
    version  INTEGER NOT NULL DEFAULT 1,
    used     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE draft (
    conv_id    INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    mode       TEXT NOT NULL,
    text       TEXT NOT NULL,
    parent     BLOB,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (conv_id, mode)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
    id               INTEGER PRIMARY KEY,
    uid              TEXT NOT NULL UNIQUE,
    conv_id          INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    account_id       INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    kind             TEXT NOT NULL,
    target           BLOB,
    text             TEXT NOT NULL,
    member           TEXT NOT NULL,
    rule             TEXT NOT NULL DEFAULT '',
    state            TEXT NOT NULL,
    created_ms       INTEGER NOT NULL,
    hold_ms          INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    first_attempt_ms INTEGER,
    next_attempt_ms  INTEGER,
    sent_ms          INTEGER,
    remote_id        TEXT,
    error            TEXT,
    error_detail     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY,
    uid     TEXT,
    at_ms   INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    conv_id INTEGER,
    member  TEXT NOT NULL,
    body    TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE TABLE event_seal (
    seq INTEGER PRIMARY KEY REFERENCES event,
    sig BLOB NOT NULL
) STRICT;
CREATE VIRTUAL TABLE fts USING fts5 (
    text, who, title, facets,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 3 5'
);
CREATE VIRTUAL TABLE note_fts USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 3'
);
CREATE TABLE term (term TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE to_index (id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER conversation_counted_in AFTER INSERT ON conversation BEGIN
    INSERT INTO account_stat VALUES (new.account_id, new.status, 1, new.unread > 0)
    ON CONFLICT DO UPDATE SET n = n + 1, unread = unread + (new.unread > 0);
END;
CREATE TRIGGER conversation_counted_out AFTER DELETE ON conversation BEGIN
    UPDATE account_stat SET n = n - 1, unread = unread - (old.unread > 0)
     WHERE account_id = old.account_id AND status = old.status;
END;
CREATE TRIGGER conversation_recounted AFTER UPDATE OF status, unread ON conversation
WHEN old.status <> new.status OR (old.unread > 0) <> (new.unread > 0) BEGIN
    UPDATE account_stat SET n = n - 1, unread = unread - (old.unread > 0)
     WHERE account_id = old.account_id AND status = old.status;
    INSERT INTO account_stat VALUES (new.account_id, new.status, 1, new.unread > 0)
    ON CONFLICT DO UPDATE SET n = n + 1, unread = unread + (new.unread > 0);
END;
CREATE TRIGGER conv_tag_follows AFTER UPDATE OF last_id ON conversation
WHEN old.last_id <> new.last_id BEGIN
    UPDATE conv_tag SET last_id = new.last_id WHERE conv_id = new.id;
END;
CREATE TRIGGER outbox_counted_in AFTER INSERT ON outbox BEGIN
    UPDATE conversation
       SET out_waiting = out_waiting + (new.state IN ('queued', 'sending', 'unknown')),
           out_trouble = out_trouble + (new.state IN ('failed', 'needs_human'))
     WHERE id = new.conv_id;
END;
CREATE TRIGGER outbox_recounted AFTER UPDATE OF state ON outbox WHEN old.state <> new.state BEGIN
    UPDATE conversation
       SET out_waiting = out_waiting + (new.state IN ('queued', 'sending', 'unknown'))
                                     - (old.state IN ('queued', 'sending', 'unknown')),
           out_trouble = out_trouble + (new.state IN ('failed', 'needs_human'))
                                     - (old.state IN ('failed', 'needs_human'))
     WHERE id = new.conv_id;
END;
CREATE TRIGGER outbox_counted_out AFTER DELETE ON outbox BEGIN
    UPDATE conversation
       SET out_waiting = out_waiting - (old.state IN ('queued', 'sending', 'unknown')),
           out_trouble = out_trouble - (old.state IN ('failed', 'needs_human'))
     WHERE id = old.conv_id;
END;
CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END;
CREATE TRIGGER event_remains BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events stay'); END;
CREATE TRIGGER event_follows BEFORE INSERT ON event
WHEN new.seq <= (SELECT max(seq) FROM event) BEGIN
    SELECT RAISE(ABORT, 'events stay');
END;
CREATE TRIGGER seal_stays BEFORE UPDATE ON event_seal BEGIN SELECT RAISE(ABORT, 'seals stay'); END;
CREATE TRIGGER seal_remains BEFORE DELETE ON event_seal BEGIN SELECT RAISE(ABORT, 'seals stay'); END;
CREATE TRIGGER seal_follows BEFORE INSERT ON event_seal
WHEN new.seq <= (SELECT max(seq) FROM event_seal) BEGIN
    SELECT RAISE(ABORT, 'seals stay');
END;
CREATE TRIGGER message_indexed AFTER INSERT ON message BEGIN
    INSERT OR IGNORE INTO to_index VALUES (new.id);
END;
CREATE TRIGGER message_reindexed
AFTER UPDATE OF text, quoted, author_id, conv_id, visibility, language ON message BEGIN
    INSERT OR IGNORE INTO to_index VALUES (new.id);
END;
CREATE TRIGGER message_unindexed AFTER DELETE ON message BEGIN
    DELETE FROM to_index WHERE id = old.id;
    DELETE FROM fts WHERE rowid = old.id;
END;
CREATE TRIGGER attachment_indexed AFTER INSERT ON attachment BEGIN
    INSERT OR IGNORE INTO to_index VALUES (new.message_id);
END;
CREATE TRIGGER person_reindexed AFTER UPDATE OF name, handle ON person
WHEN old.name <> new.name OR old.handle <> new.handle BEGIN
    INSERT OR IGNORE INTO to_index SELECT id FROM message WHERE author_id = new.id;
END;
CREATE TRIGGER conversation_reindexed AFTER UPDATE OF title ON conversation
WHEN old.title <> new.title BEGIN
    INSERT OR IGNORE INTO to_index SELECT id FROM message WHERE conv_id = new.id;
END;
CREATE TRIGGER post_reindexed AFTER UPDATE OF title ON post WHEN old.title <> new.title BEGIN
    INSERT OR IGNORE INTO to_index
    SELECT m.id FROM conversation AS c JOIN message AS m ON m.conv_id = c.id
     WHERE c.post_id = new.id;
END;
CREATE TRIGGER note_unindexed AFTER DELETE ON note BEGIN
    DELETE FROM note_fts WHERE rowid = old.id;
END;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX conversation_newest ON conversation (last_id);
CREATE INDEX conversation_status ON conversation (status, last_id);
CREATE INDEX conversation_account ON conversation (account_id, status, last_id);
CREATE INDEX conversation_assignee ON conversation (assignee, status, last_id) WHERE assignee IS NOT NULL;
CREATE INDEX conversation_account_newest ON conversation (account_id, last_id);
CREATE INDEX conversation_unread ON conversation (last_id) WHERE unread > 0;
CREATE INDEX conversation_account_unread ON conversation (account_id, last_id) WHERE unread > 0;
CREATE INDEX conversation_due ON conversation (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX conversation_snoozed ON conversation (snoozed_ms) WHERE snoozed_ms IS NOT NULL;
CREATE INDEX conversation_out ON conversation (last_id) WHERE out_waiting > 0 OR out_trouble > 0;
CREATE INDEX conversation_post ON conversation (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX conversation_author ON conversation (author_id);
CREATE INDEX message_conversation ON message (conv_id, id);
CREATE INDEX message_author ON message (author_id);
CREATE INDEX message_place ON message (id, conv_id);
CREATE INDEX message_unread ON message (conv_id, id) WHERE unread = 1;
CREATE UNIQUE INDEX conv_tag_conversation ON conv_tag (conv_id, tag_id);
CREATE INDEX note_conversation ON note (conv_id, created_ms);
CREATE INDEX handoff_conversation ON handoff (conv_id, created_ms);
CREATE UNIQUE INDEX outbox_remote ON outbox (account_id, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX outbox_conversation ON outbox (conv_id, id);
CREATE INDEX outbox_state ON outbox (state, id);
CREATE UNIQUE INDEX event_uid ON event (uid) WHERE uid IS NOT NULL;
CREATE INDEX event_conversation ON event (conv_id, seq) WHERE conv_id IS NOT NULL;
