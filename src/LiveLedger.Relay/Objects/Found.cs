namespace LiveLedger.Relay.Objects;

/// <summary>An object, or why there is none.</summary>
internal readonly record struct Found
{
    private Found(RelayObject? value, RelayRefusal? refusal) => (Object, Refusal) = (value, refusal);

    public RelayObject? Object { get; }

    public RelayRefusal? Refusal { get; }

    public static implicit operator Found(RelayObject value) => new(value, null);

    public static implicit operator Found(RelayRefusal refusal) => new(null, refusal);
}
