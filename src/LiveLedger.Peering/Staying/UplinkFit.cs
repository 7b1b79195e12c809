namespace LiveLedger.Peering.Staying;

/// <summary>
/// Linear regression of the logarithm of what a viewer sends in the next minute, after Huber: figures are what players say of themselves, and a few wild ones must not turn the line.
/// </summary>
internal static class UplinkFit
{
    private const double Ridge = 1;
    private const double Bend = 1.345;
    private const int Steps = 30;

    /// <summary>The looks that tell of an uplink: whole minutes of viewers that send, and have somebody to send to.</summary>
    public static bool Tells(Look look) => look.Facts is { IsSharing: true, Links: > 0 } && look.Seconds >= Look.Length / 2.0;

    /// <summary>What a look says of it.</summary>
    public static double TargetOf(in Look look) => StayFeatures.RateOf(look.SentThen, look.Seconds);

    public static StayLine Fit(IReadOnlyList<Look> looks)
    {
        var table = Table.Of(looks);
        var size = StayFeatures.Count + 1;
        double[] targets = [.. looks.Select(static l => TargetOf(l))];
        var weights = new double[looks.Count];
        Array.Fill(weights, 1);
        var beta = new double[size];
        var scale = 1.0;
        SymmetricSystem system = null!;
        for (var step = 0; step < Steps; step++)
        {
            var (normal, right) = (new double[size, size], new double[size]);
            var row = new double[size];
            row[0] = 1;
            for (var n = 0; n < table.Rows; n++)
            {
                table[n].CopyTo(row.AsSpan(1));
                for (var i = 0; i < size; i++)
                {
                    var scaled = weights[n] * row[i];
                    right[i] += scaled * targets[n];
                    for (var j = 0; j <= i; j++)
                    {
                        normal[i, j] += scaled * row[j];
                    }
                }
            }

            for (var i = 0; i < size; i++)
            {
                normal[i, i] += i == 0 ? 1e-9 : Ridge;
            }

            system = SymmetricSystem.Of(normal) ?? throw new InvalidOperationException("features that are no numbers");
            var next = system.Solve(right);
            var moved = next.Zip(beta, static (a, b) => Math.Abs(a - b)).Max();
            beta = next;
            double[] residuals = [.. Enumerable.Range(0, looks.Count).Select(n => targets[n] - ValueOf(table[n], beta))];
            scale = Math.Max(1e-6, Median([.. residuals.Select(Math.Abs)]) / 0.6745);
            for (var n = 0; n < weights.Length; n++)
            {
                weights[n] = Math.Min(1, Bend * scale / Math.Max(1e-12, Math.Abs(residuals[n])));
            }

            if (moved < 1e-8)
            {
                break;
            }
        }

        return table.LineOf(beta, [.. system.InverseDiagonal().Select(v => scale * Math.Sqrt(v))]);
    }

    public static double Median(double[] values)
    {
        if (values.Length == 0)
        {
            return 0;
        }

        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double ValueOf(ReadOnlySpan<double> row, double[] beta)
    {
        var sum = beta[0];
        for (var i = 0; i < row.Length; i++)
        {
            sum += row[i] * beta[i + 1];
        }

        return sum;
    }
}
