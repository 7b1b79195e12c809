namespace LiveLedger.Peering.Staying;

/// <summary>
/// Logistic regression of "leaves within this minute", by Newton's method with a ridge: discrete-time hazard. A look that was cut short counts for the part of a minute that it was
/// seen: censored, and not dropped. No chance in it: the same looks give the same coefficients.
/// </summary>
internal static class LeavingFit
{
    private const double Ridge = 1;
    private const int MaxSteps = 60;

    public static StayLine Fit(IReadOnlyList<Look> looks)
    {
        var table = Table.Of(looks);
        var size = StayFeatures.Count + 1;
        var left = looks.Count(static l => l.HasLeft);
        var beta = new double[size];
        beta[0] = Math.Log((left + 0.5) / (looks.Count - left + 0.5));
        var loss = LossOf(table, looks, beta);
        for (var step = 0; step < MaxSteps; step++)
        {
            var (system, gradient) = Derive(table, looks, beta);
            var move = system.Solve(gradient);
            double[] next;
            double nextLoss;
            var part = 1.0;
            do
            {
                next = [.. beta.Select((b, i) => b + part * move[i])];
                nextLoss = LossOf(table, looks, next);
                part /= 2;
            }
            while (!(nextLoss <= loss) && part > 1e-6);

            var gained = loss - nextLoss;
            if (!(gained > 1e-9 * Math.Abs(loss)))
            {
                break;
            }

            (beta, loss) = (next, nextLoss);
        }

        var errors = Derive(table, looks, beta).System.InverseDiagonal();
        return table.LineOf(beta, [.. errors.Select(Math.Sqrt)]);
    }

    /// <summary>What a look counts for.</summary>
    public static double WeightOf(in Look look) => look.HasLeft ? 1 : Math.Clamp(look.Seconds / Look.Length, 0, 1);

    private static (SymmetricSystem System, double[] Gradient) Derive(Table table, IReadOnlyList<Look> looks, double[] beta)
    {
        var size = beta.Length;
        var (information, gradient) = (new double[size, size], new double[size]);
        var row = new double[size];
        row[0] = 1;
        for (var n = 0; n < table.Rows; n++)
        {
            table[n].CopyTo(row.AsSpan(1));
            var weight = WeightOf(looks[n]);
            var p = Sigmoid(Dot(row, beta));
            var (residual, curvature) = (weight * ((looks[n].HasLeft ? 1 : 0) - p), weight * p * (1 - p));
            for (var i = 0; i < size; i++)
            {
                gradient[i] += residual * row[i];
                var scaled = curvature * row[i];
                for (var j = 0; j <= i; j++)
                {
                    information[i, j] += scaled * row[j];
                }
            }
        }

        information[0, 0] += 1e-9;
        for (var i = 1; i < size; i++)
        {
            information[i, i] += Ridge;
            gradient[i] -= Ridge * beta[i];
        }

        // With the ridge it is positive definite, whatever the looks are.
        return (SymmetricSystem.Of(information) ?? throw new InvalidOperationException("features that are no numbers"), gradient);
    }

    private static double LossOf(Table table, IReadOnlyList<Look> looks, double[] beta)
    {
        var loss = 0.0;
        for (var n = 0; n < table.Rows; n++)
        {
            var score = beta[0] + Dot(table[n], beta.AsSpan(1));
            loss += WeightOf(looks[n]) * (looks[n].HasLeft ? LogOnePlusExp(-score) : LogOnePlusExp(score));
        }

        foreach (var b in beta.AsSpan(1))
        {
            loss += Ridge * b * b / 2;
        }

        return loss;
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double LogOnePlusExp(double x) => x > 0 ? x + Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x));

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
