namespace LiveLedger.Media.Protection;

/// <summary>How a stream says that its key has changed.</summary>
public enum KeySignalling
{
    /// <summary>By an init segment for each key period, which every player takes.</summary>
    Init,

    /// <summary>In each fragment (<c>seig</c>, ISO/IEC 23001-7 §6), under one init segment for each epoch, for players that take it.</summary>
    InBand,
}
