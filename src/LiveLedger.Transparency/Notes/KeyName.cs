using System.Text;

namespace LiveLedger.Transparency.Notes;

/// <summary>The rule for key names (signed-note): not empty, no Unicode space, no plus; and, ours, no control character and at most 256 bytes.</summary>
public static class KeyName
{
    private const int MaxBytes = 256;

    /// <summary>True if a key, and so a log, may have this name.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > MaxBytes || Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || rune.Value == '+' || Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                return false;
            }
        }

        return true;
    }
}
