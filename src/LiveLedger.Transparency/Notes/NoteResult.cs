namespace LiveLedger.Transparency.Notes;

/// <summary>What checking a note against a key came to.</summary>
public enum NoteResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a good signature.</summary>
    Unknown = 0,

    /// <summary>The key signed the text.</summary>
    Valid,

    /// <summary>The note has no signature by this name and key id.</summary>
    NotSigned,

    /// <summary>The note has a signature by this name and key id, and it is wrong: the whole note is to be refused.</summary>
    BadSignature,
}
