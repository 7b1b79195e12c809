using LiveLedger.Fuzz.Targets;
using LiveLedger.Fuzz.Targets.Chain;

namespace LiveLedger.Fuzz;

/// <summary>Every reader of bytes from outside has its target here.</summary>
public static class FuzzTargets
{
    /// <summary>The targets, made when asked for: some sign their seeds.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        CborTarget.Create(),
        BoxesTarget.Create(),
        CoseTarget.Create(),
        RecordTarget.Create(),
        CertificateTarget.Create(),
        JwsTarget.Create(),
        AdmissionTarget.Create(),
        FraudProofTarget.Create(),
        PeerMessageTarget.Create(),
        ReceiptTarget.Create(),
        ReceiptTarget.CreateBatches(),
        TrackerMessageTarget.Create(),
        StayingTarget.CreateLooks(),
        StayingTarget.CreateModels(),
        StunTarget.Create(),
        NoteTarget.Create(),
        WitnessTarget.Create(),
        EntryTarget.Create(),
        TilePathTarget.Create(),
        TlogProofTarget.Create(),
        BundleTarget.Create(),
        BundleTarget.CreateEntries(),
        IngestTarget.Create(),
        CpixTarget.Create(),
        CpixTarget.CreateDelivered(),
        RlpTarget.Create(),
        RlpTarget.CreateHeaders(),
        AnchorReceiptTarget.Create(),
        AnchorReceiptTarget.CreateNodes(),
        ContractDataTarget.CreateLogs(),
        ContractDataTarget.CreateAnswers(),
        SignInTarget.Create(),
    ];
}
