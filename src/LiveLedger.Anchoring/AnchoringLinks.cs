namespace LiveLedger.Anchoring;

/// <summary>What this stage needs of others, tied together by the server: stages do not know one another.</summary>
public sealed record AnchoringLinks;
