namespace LiveLedger.Cli.Check;

/// <summary>A picture scaled to 64×36 greys: enough to say whether two show the same.</summary>
internal sealed class SmallPicture
{
    internal const int Length = 64 * 36;

    private readonly double[] _values;
    private readonly double _norm;

    /// <param name="greys">64×36 bytes, row by row.</param>
    internal SmallPicture(ReadOnlySpan<byte> greys)
    {
        _values = new double[Length];
        double mean = 0;
        for (var i = 0; i < Length; i++)
        {
            mean += greys[i];
        }

        mean /= Length;
        for (var i = 0; i < Length; i++)
        {
            _values[i] = greys[i] - mean;
            _norm += _values[i] * _values[i];
        }

        _norm = Math.Sqrt(_norm);
    }

    /// <summary>True unless the picture is about one flat grey, which resembles nothing and everything.</summary>
    internal bool HasDetail => _norm > Math.Sqrt(Length) * 4;

    /// <summary>Pearson's correlation: 1 for the same picture, about 0 for unrelated ones and for a flat one.</summary>
    internal double Resemblance(SmallPicture other)
    {
        if (!HasDetail || !other.HasDetail)
        {
            return 0;
        }

        double sum = 0;
        for (var i = 0; i < Length; i++)
        {
            sum += _values[i] * other._values[i];
        }

        return sum / (_norm * other._norm);
    }
}
