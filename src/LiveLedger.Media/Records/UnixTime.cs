namespace LiveLedger.Media.Records;

/// <summary>The last moments our formats can name: the end of the year 9999.</summary>
internal static class UnixTime
{
    internal const long MaxSeconds = 253_402_300_799;
    internal const long MaxMilliseconds = 253_402_300_799_999;
}
