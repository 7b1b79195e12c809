namespace LiveLedger.Media;

/// <summary>Why media from outside was refused: a stable kebab-case code, and a sentence for people. Media never throws out.</summary>
/// <param name="Code">One of <see cref="MediaFaultCode"/>.</param>
/// <param name="Detail">What was found where; holds no media bytes and no key.</param>
public readonly record struct MediaFault(string Code, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Detail}";
}
