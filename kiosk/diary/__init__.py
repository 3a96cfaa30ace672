"""The diary: what happened in each night, in one SQLite file.

Each record is a transaction of its own and is synced to the card before the call returns. How failures are
contained:

* **A damaged row** (a flipped bit, a manual UPDATE) is skipped wherever rows are read (``rows``). It stays
  in the file, because its owner may still want to look at it. It is logged once, and ``doctor`` counts
  such rows. It is never updated and does not block other rows.
* **A damaged file**: at each start ``quick_check`` reads every page, and the tables are compared with those
  that the migrations create (``schema``), ignoring comments and white space. A file that is damaged, or
  whose tables differ, is renamed to ``diary.torn-...`` together with its WAL and journal, and a new file is
  created; a banner and the log report it. A file of a newer version is not touched. Tables of other
  programs in our file are ignored, also where this SQLite cannot check them.
* **Somebody else's file**: ``diary.path`` is typed by hand and may name any file. A file is renamed only if
  there is evidence that it is ours (``place``): it is at the default path, its header has our application
  id, or it was left behind when a diary was put aside. An empty file is no evidence. A diary at another
  path whose header is damaged stays where it is, and the error asks the owner to move it. A file without
  write permission is not damaged: the error, and ``doctor``, name its owner and the command that mends it.
  No new diary is created behind a symbolic link whose disk is not mounted.
* **An interrupted change**: a new file is in WAL mode from the start. A rollback journal left by an older
  version or by a manual ``PRAGMA`` is rolled back when the file is opened for writing; a reader reports it
  and changes nothing.
* **A night survives its file**: the records of the last night are kept in memory. Those of a night that was
  under way at the start are rebuilt from the file (``retell``). When a file is put aside, the whole night
  is written to the new one. The same happens to a night under way when the file is found to be missing or
  replaced, which is checked before each use. A file that comes back does not get the night twice.
* **Constraints** were added in version 2 by rewriting the SQL text of the tables. Copying the rows into new
  tables would check each of them, and one bad row would stop the migration or be lost. Indexes and
  AUTOINCREMENT were removed: they store data twice, and a damaged copy would reject a good record.
* **The writer thread** (``writer``) waits for the disk, so that the night does not. At the start it looks
  for a night under way, and retries for as long as the file is busy. Records are written before counts are
  made. No SQLite error ends the thread.
* **The clock** (``clock``): the kernel knows whether the system time is set, because each time service
  reports its maximum error (adjtimex(2)). Where that call is not allowed, timesyncd's flag file and the
  clock chips are read. A clock that was set once counts as set until power off.
"""
