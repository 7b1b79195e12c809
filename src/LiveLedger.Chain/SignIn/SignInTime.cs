using System.Globalization;

namespace LiveLedger.Chain.SignIn;

/// <summary>Times as RFC 3339 §5.6 writes them, in upper case.</summary>
internal static class SignInTime
{
    private const int DateTimeLength = 19;
    private const int MaxFraction = 9;
    private const int OffsetLength = 6;

    public static string Write(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>To the microsecond's tenth, which is what the platform's clock type holds; what is finer is cut. A leap second is refused.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length <= DateTimeLength
            || !DateTime.TryParseExact(text[..DateTimeLength], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return false;
        }

        var rest = text[DateTimeLength..];
        if (rest[0] == '.')
        {
            var end = rest[1..].IndexOfAnyExceptInRange('0', '9') + 1;
            if (end is < 2 or > MaxFraction + 1)
            {
                return false;
            }

            local = local.AddTicks(long.Parse(rest[1..end].ToString().PadRight(MaxFraction, '0'), NumberStyles.None, CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
            rest = rest[end..];
        }

        if (!TryReadOffset(rest, out var offset))
        {
            return false;
        }

        // At both ends of the calendar an offset leads out of it.
        var ticks = local.Ticks - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is "Z")
        {
            return true;
        }

        if (text.Length != OffsetLength || text[0] is not ('+' or '-') || text[3] != ':'
            || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 23
            || !int.TryParse(text[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes > 59)
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
