namespace LiveLedger.Peering.Staying;

/// <summary>A fitted line over standardised features, which anybody can read: a name, how much it counts, and how sure that is.</summary>
/// <param name="Intercept">The value where every feature is at its mean.</param>
/// <param name="Terms">The features.</param>
public sealed record StayLine(double Intercept, IReadOnlyList<StayTerm> Terms)
{
    /// <summary>Its value for one viewer.</summary>
    public double Of(in StayFacts facts)
    {
        Span<double> features = stackalloc double[StayFeatures.Count];
        StayFeatures.Of(facts, features);
        var sum = Intercept;
        foreach (var term in Terms)
        {
            sum += term.Coefficient * (features[term.Feature] - term.Mean) / term.Scale;
        }

        return sum;
    }

    /// <summary>Its term of that name; null for none.</summary>
    public StayTerm? Find(string name) => Terms.FirstOrDefault(t => t.Name == name);
}

/// <summary>A term of a line.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Mean">Its mean where the line was fitted.</param>
/// <param name="Scale">Its deviation there.</param>
/// <param name="Coefficient">What one deviation adds.</param>
/// <param name="Error">The coefficient's standard error.</param>
public sealed record StayTerm(string Name, double Mean, double Scale, double Coefficient, double Error)
{
    /// <summary>What one unit of the feature adds.</summary>
    public double PerUnit => Coefficient / Scale;

    /// <summary>The standard error of that.</summary>
    public double PerUnitError => Error / Scale;

    internal int Feature { get; } = StayFeatures.IndexOf(Name);
}
