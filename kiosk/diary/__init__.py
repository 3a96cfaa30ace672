"""What is remembered of the nights.

One SQLite file, a commit a record, each on the card when it returns. What may go wrong costs the least
there is:

* **A row** that no night ever wrote (a flipped bit, somebody's UPDATE) is left out wherever rows are read
  (``rows``) and stays in the file: nothing that a person might still want to look at is deleted. The
  journal names it once, ``doctor`` counts it. It takes no change and keeps no other row waiting.
* **The file**: at each start its pages are read (``quick_check``) and its tables compared with what the
  migrations make (``schema``), comments and white space apart. A file that is damaged, or whose tables are
  not ours, is renamed to ``diary.torn-...`` with what SQLite keeps beside it, and a new one begins; banner
  and journal say so. A file of a newer program is not touched. Tables of other programs beside ours are
  theirs: what this SQLite cannot check of them is left.
* **Whose file**: ``diary.path`` is typed by hand and may name any file. A file is moved only on evidence
  (``place``): it lies at the kiosk's own place, its header bears the mark, or a diary that was put aside
  before it lacks what lies there. An empty file is nobody's. A diary elsewhere whose first bytes are
  damaged is left, with a sentence, and its owner moves it. A file that the service may not write is no
  damage: the sentence, and ``doctor``, name whose it is and the command that gives it back. A link to a
  disk that is not there is not filled with a new diary.
* **What was cut off**: a new file is in WAL mode from its first byte. A rollback journal beside it, from an
  older version or a person's ``PRAGMA``, is played back by who writes; a reader says so and changes
  nothing.
* **Told again**: the last night is kept in memory; one that a start found under way, as the records it was
  made of (``retell``). Whenever a file is put aside, that night goes into the new one whole. So does a
  night under way when the file is found to be gone or another one, which is looked for before each use; a
  file that comes back has it once.
* **Constraints** came with version 2, by writing the tables' text anew. Rows copied into new tables would
  each have to pass: one bad row, and there is no migration, or no row. Indexes and AUTOINCREMENT went: each
  is a second truth that can be damaged by itself and then keeps a good record out.
* **The thread** (``writer``) waits for the disk, never the night for it. At the start it looks for a night
  that was under way, however long the file is busy. Records come before counts, and whatever SQLite raises
  ends neither.
* **The clock**: whether local time can be believed the kernel knows (``clock``), as every time service
  tells it how far off the clock is at most (adjtimex(2)); where the kernel may not be asked, timesyncd's
  file and clock chips tell. What was set once stays set until the machine is off.
"""
