namespace LiveLedger.Peering.Staying;

/// <summary>A symmetric positive definite system of linear equations, by Cholesky's factors. A few dozen unknowns: plain loops, the same sum in the same order each time.</summary>
internal sealed class SymmetricSystem
{
    private readonly int _size;
    private readonly double[,] _lower;

    private SymmetricSystem(double[,] lower) => (_size, _lower) = (lower.GetLength(0), lower);

    /// <summary>Factors the matrix, of which the lower half counts; null if it is not positive definite.</summary>
    public static SymmetricSystem? Of(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var lower = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++)
                {
                    sum -= lower[i, k] * lower[j, k];
                }

                if (i != j)
                {
                    lower[i, j] = sum / lower[j, j];
                }
                else if (sum > 0 && double.IsFinite(sum))
                {
                    lower[i, i] = Math.Sqrt(sum);
                }
                else
                {
                    return null;
                }
            }
        }

        return new(lower);
    }

    /// <summary>Solves it for a right side.</summary>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        var x = right.ToArray();
        for (var i = 0; i < _size; i++)
        {
            for (var k = 0; k < i; k++)
            {
                x[i] -= _lower[i, k] * x[k];
            }

            x[i] /= _lower[i, i];
        }

        for (var i = _size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < _size; k++)
            {
                x[i] -= _lower[k, i] * x[k];
            }

            x[i] /= _lower[i, i];
        }

        return x;
    }

    /// <summary>The diagonal of the inverse: variances, where the matrix is an information matrix.</summary>
    public double[] InverseDiagonal()
    {
        var diagonal = new double[_size];
        var unit = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            unit[i] = 1;
            diagonal[i] = Solve(unit)[i];
            unit[i] = 0;
        }

        return diagonal;
    }
}
