using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Media;

/// <summary>Names a track within its broadcast, as the publisher's path did: 1 to 32 of A–Z a–z 0–9 _ -, beginning with a letter or digit.</summary>
public readonly record struct TrackName : IComparable<TrackName>
{
    /// <summary>Longest name in characters.</summary>
    public const int MaxLength = 32;

    private readonly string? _value;

    private TrackName(string value) => _value = value;

    /// <summary>The name.</summary>
    public string Value => _value ?? "";

    /// <summary>Takes a name from outside.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TrackName name)
    {
        name = default;
        if (text is not { Length: > 0 and <= MaxLength } || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        name = new(text);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(TrackName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc cref="Value"/>
    public override string ToString() => Value;
}
