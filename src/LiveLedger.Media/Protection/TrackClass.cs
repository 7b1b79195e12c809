namespace LiveLedger.Media.Protection;

/// <summary>What a content key unlocks: one key for each class of track.</summary>
public enum TrackClass : byte
{
    /// <summary>Any audio.</summary>
    Audio = 0,

    /// <summary>Video up to 576 lines.</summary>
    Sd = 1,

    /// <summary>Video up to 1080 lines.</summary>
    Hd = 2,

    /// <summary>Video above 1080 lines.</summary>
    Uhd = 3,
}
