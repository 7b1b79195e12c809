using System.Text;

namespace LiveLedger.Ledger;

/// <summary>Name of a stream, e.g. <c>broadcast/0199…</c>. It stands in the public log: never a personal value in it.</summary>
public readonly record struct StreamName
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxLength = 200;

    /// <summary>Takes ASCII letters, digits and <c>/ - . _</c>, 1 to 200 of them.</summary>
    /// <exception cref="ArgumentException">It has other characters, none or too many.</exception>
    public StreamName(string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            if (!(Rune.IsDigit(rune) && rune.IsAscii) && rune.Value is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '/' or '-' or '.' or '_'))
            {
                throw new ArgumentException($"a stream's name has ASCII letters, digits and / - . _, not \"{rune}\"", nameof(value));
            }
        }

        ArgumentOutOfRangeException.ThrowIfZero(value.Length, nameof(value));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxLength, nameof(value));
        Value = value;
    }

    /// <summary>The name.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
