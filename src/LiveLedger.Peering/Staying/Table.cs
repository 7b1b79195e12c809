namespace LiveLedger.Peering.Staying;

/// <summary>Features of many looks, standardised: each has mean 0 and deviation 1 over them. One that never changes is left at 0, and says nothing.</summary>
internal sealed class Table
{
    // The scale of what never changes.
    private const double Constant = 1e-6;

    private readonly double[] _values;
    private readonly double[] _means;
    private readonly double[] _scales;

    private Table(double[] values, double[] means, double[] scales, int rows) => (_values, _means, _scales, Rows) = (values, means, scales, rows);

    public int Rows { get; }

    /// <summary>The features of a row.</summary>
    public ReadOnlySpan<double> this[int row] => _values.AsSpan(row * StayFeatures.Count, StayFeatures.Count);

    public static Table Of(IReadOnlyList<Look> looks)
    {
        var columns = StayFeatures.Count;
        var values = new double[looks.Count * columns];
        for (var n = 0; n < looks.Count; n++)
        {
            StayFeatures.Of(looks[n].Facts, values.AsSpan(n * columns, columns));
        }

        var (means, scales) = (new double[columns], new double[columns]);
        for (var c = 0; c < columns; c++)
        {
            for (var n = 0; n < looks.Count; n++)
            {
                means[c] += values[n * columns + c] / looks.Count;
            }

            var squares = 0.0;
            for (var n = 0; n < looks.Count; n++)
            {
                var off = values[n * columns + c] - means[c];
                squares += off * off / looks.Count;
            }

            var deviation = Math.Sqrt(squares);
            scales[c] = Math.Max(deviation, Constant);
            for (var n = 0; n < looks.Count; n++)
            {
                values[n * columns + c] = deviation > Constant ? (values[n * columns + c] - means[c]) / deviation : 0;
            }
        }

        return new(values, means, scales, looks.Count);
    }

    /// <summary>A fitted line with the names, means and scales that its coefficients are for.</summary>
    public StayLine LineOf(double[] beta, double[] errors) => new(
        beta[0], [.. StayFeatures.Names.Select((name, c) => new StayTerm(name, _means[c], _scales[c], beta[c + 1], _scales[c] == Constant ? 0 : errors[c + 1]))]);
}
