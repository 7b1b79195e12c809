namespace LiveLedger.Licensing.Offers;

/// <summary>Where an offer holds: in some regions only, in all but some, or anywhere. A region is a country's two capitals (ISO 3166-1) or what the table of regions calls it.</summary>
internal sealed record RegionRule
{
    private RegionRule(bool allows, IReadOnlyList<string> regions) => (Allows, Regions) = (allows, regions);

    /// <summary>No bound.</summary>
    public static RegionRule Anywhere { get; } = new(false, []);

    /// <summary>True if <see cref="Regions"/> are those allowed, false if they are those blocked.</summary>
    public bool Allows { get; }

    /// <summary>The regions.</summary>
    public IReadOnlyList<string> Regions { get; }

    /// <summary>False if no region makes a difference, so that nobody need look for one.</summary>
    public bool Asks => Allows || Regions.Count > 0;

    /// <summary>In these only.</summary>
    public static RegionRule Only(IReadOnlyList<string> regions) => new(true, regions);

    /// <summary>In all but these.</summary>
    public static RegionRule AllBut(IReadOnlyList<string> regions) => new(false, regions);

    /// <summary>Whether it holds there. Who cannot be placed (null) is in no region: not in one that is allowed, and not in one that is blocked.</summary>
    public bool Holds(string? region) => Allows == (region is not null && Regions.Contains(region, StringComparer.Ordinal));
}
