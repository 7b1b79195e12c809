namespace LiveLedger.Ledger.Subjects;

/// <summary>The durable steps of making and erasing a person's key, in order.</summary>
internal enum SubjectStep
{
    /// <summary>A new key is on disk, and no name leads to it.</summary>
    KeyStored,

    /// <summary>The name leads to it.</summary>
    NameStored,

    /// <summary>The key's file, or afterwards the name's, is out of every reader's way.</summary>
    Taken,

    /// <summary>It holds zeros.</summary>
    Overwritten,

    /// <summary>It is gone for good.</summary>
    Removed,
}
