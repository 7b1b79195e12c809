using LiveLedger.Peering.Staying;

namespace LiveLedger.Swarm.Staying;

/// <summary>The model that the log names last. One that is switched off is none to trackers.</summary>
internal sealed class StayingInForce
{
    private readonly Lock _lock = new();
    private volatile AdoptedModel? _adopted;

    /// <summary>As adopted, on or off; null if none was.</summary>
    public AdoptedModel? Adopted => _adopted;

    /// <summary>What trackers go by; null for nothing.</summary>
    public StayingModel? Model => _adopted is { Model.IsOn: true } adopted ? adopted.Model : null;

    /// <summary>Takes one that is newer than what there is.</summary>
    public void Take(AdoptedModel adopted)
    {
        lock (_lock)
        {
            if (_adopted is null || adopted.Version > _adopted.Version)
            {
                _adopted = adopted;
            }
        }
    }
}

/// <summary>A model as it stands in the log.</summary>
/// <param name="Version">Counts adoptions, from 1.</param>
/// <param name="AdoptedAt">When.</param>
/// <param name="Model">The model.</param>
internal sealed record AdoptedModel(long Version, DateTimeOffset AdoptedAt, StayingModel Model);
