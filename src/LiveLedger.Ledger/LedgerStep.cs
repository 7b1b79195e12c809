namespace LiveLedger.Ledger;

/// <summary>
/// The durable steps of an event on its way from an append to what witnesses have cosigned, in order. Fault tests fail at each, by an exception or
/// by kill -9. A name in -ing: nothing is done yet; otherwise it has taken effect.
/// </summary>
internal enum LedgerStep
{
    /// <summary>The append is about to be sent to the database.</summary>
    Appending,

    /// <summary>It is committed, and the appender does not know yet.</summary>
    Appended,

    /// <summary>A batch is about to get its indexes.</summary>
    Sequencing,

    /// <summary>It has them, by one commit; nobody was told.</summary>
    Sequenced,

    /// <summary>A new file of the journal has its name and nothing else.</summary>
    JournalBegun,

    /// <summary>The batch is in the journal's file; a power cut may still undo that.</summary>
    JournalWritten,

    /// <summary>For good.</summary>
    JournalSynced,

    /// <summary>Tile hashes are about to be stored.</summary>
    StoringTiles,

    /// <summary>They are stored.</summary>
    TilesStored,

    /// <summary>The last checkpoint is the expected one, and the store's lock is held (<see cref="Checkpointing.CheckpointStep"/>).</summary>
    CheckpointCompared,

    /// <summary>The new checkpoint is on disk under another name.</summary>
    CheckpointWritten,

    /// <summary>It has the name; a power cut may still undo that.</summary>
    CheckpointRenamed,

    /// <summary>For good.</summary>
    CheckpointSynced,

    /// <summary>The first checkpoint is on disk, and the database is about to be told that there is one.</summary>
    MarkingSigned,

    /// <summary>The database knows.</summary>
    MarkedSigned,

    /// <summary>As the four of the checkpoint, for the file of the cosigned one.</summary>
    CosignedCompared,

    /// <summary>As above.</summary>
    CosignedWritten,

    /// <summary>As above.</summary>
    CosignedRenamed,

    /// <summary>As above.</summary>
    CosignedSynced,
}
