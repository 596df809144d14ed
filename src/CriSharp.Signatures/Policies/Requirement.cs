namespace CriSharp.Signatures.Policies;

/// <summary>One thing that a policy demands of an image.</summary>
/// <param name="Place">Where it stands in its file: "transports.docker[\"example.org\"][0]".</param>
public abstract record Requirement(string Place)
{
    /// <summary>Its type as the file has it.</summary>
    public abstract string Type { get; }

    public sealed record AcceptAnything(string Place) : Requirement(Place)
    {
        public override string Type => "insecureAcceptAnything";
    }

    public sealed record Reject(string Place) : Requirement(Place)
    {
        public override string Type => "reject";
    }

    /// <summary>"Simple signing": an OpenPGP message by one of the keys.</summary>
    public sealed record SignedBy(string Place, IReadOnlyList<KeySource> Keys, SignedIdentity Identity) : Requirement(Place)
    {
        public override string Type => "signedBy";
    }

    /// <summary>A sigstore signature, such as cosign makes, by one of the keys.</summary>
    public sealed record SigstoreSigned(string Place, IReadOnlyList<KeySource> Keys, SignedIdentity Identity) : Requirement(Place)
    {
        public override string Type => "sigstoreSigned";
    }

    /// <summary>Known, and beyond what can be checked here: no image meets it.</summary>
    /// <param name="Why">What of it can't be checked.</param>
    public sealed record Uncheckable(string Place, string NameOfType, string Why) : Requirement(Place)
    {
        public override string Type => NameOfType;
    }
}

/// <summary>Where public keys are: in a file, read at each check, or in the policy itself.</summary>
/// <param name="Words">The file's path, or the place in the policy.</param>
/// <param name="Embedded">Null: in the file.</param>
public sealed record KeySource(string Words, ReadOnlyMemory<byte>? Embedded);
