namespace LiveLedger.Ledger.Projections;

/// <summary>How far a projection is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Of the code that has filled the live tables.</param>
/// <param name="Generation">Counts its rebuilds, from 1.</param>
/// <param name="Next">Index of the first event that the live tables do not know.</param>
/// <param name="RebuildVersion">Of the code that is to fill new tables; null if no rebuild was asked for.</param>
/// <param name="RebuildNext">As <paramref name="Next"/>, of the new tables; null before they are begun.</param>
internal sealed record ProjectionPlace(string Name, int Version, long Generation, long Next, int? RebuildVersion, long? RebuildNext);
