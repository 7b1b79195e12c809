namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Where a member stands in the network by the round trips that it has measured, so that the way between two that never met can be told beforehand: Vivaldi (Dabek, Cox, Kaashoek and Morris,
/// SIGCOMM 2004, §5.4: a plane, and a height for the member's own line). One that lies is placed wrongly, and draws those after it that are linked
/// with it: what that changes is who among many is met first, never how many are, nor those that are met by chance.
/// </summary>
/// <param name="X">Milliseconds.</param>
/// <param name="Y">Milliseconds.</param>
/// <param name="Height">Milliseconds from the member to where its line meets the others.</param>
/// <param name="Error">How far off it is known to be, relative: 1 for not at all known.</param>
internal readonly record struct Coordinate(double X, double Y, double Height, double Error)
{
    // §3.4 and §4.1 of the paper: both constants are 0.25 there.
    private const double Step = 0.25;
    private const double Weight = 0.25;
    /// <summary>Milliseconds there and back, of somebody of whom nothing is known.</summary>
    public const double TypicalMs = 80;

    private const double LeastHeight = 0.1;
    private const double LongestMs = 5_000;

    /// <summary>Nothing is known.</summary>
    public static Coordinate Unknown => new(0, 0, LeastHeight, 1);

    /// <summary>Milliseconds there and back, as expected.</summary>
    public double To(Coordinate other) => Math.Sqrt(Square(X - other.X) + Square(Y - other.Y)) + Height + other.Height;

    /// <summary>It, after one more measurement.</summary>
    /// <param name="other">Where the other stood.</param>
    /// <param name="rtt">Milliseconds there and back.</param>
    /// <param name="random">For the direction, where there is none.</param>
    public Coordinate Measured(Coordinate other, double rtt, Random random)
    {
        rtt = Math.Clamp(rtt, 1, LongestMs);
        var expected = To(other);
        var trust = Error / (Error + other.Error);
        var error = Math.Clamp(Math.Abs(expected - rtt) / rtt * Weight * trust + Error * (1 - Weight * trust), 0.01, 1);
        var (x, y) = (X - other.X, Y - other.Y);
        if (x == 0 && y == 0)
        {
            // Any direction will do, but not the same for all.
            (y, x) = Math.SinCos(2 * Math.PI * random.NextDouble());
        }

        var move = Step * trust * (rtt - expected);
        var length = Math.Sqrt(Square(x) + Square(y)) + Height + other.Height;
        return new(X + move * x / length, Y + move * y / length, Math.Max(LeastHeight, Height + move * (Height + other.Height) / length), error);
    }

    private static double Square(double value) => value * value;
}
