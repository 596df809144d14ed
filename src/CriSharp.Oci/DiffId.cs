namespace CriSharp.Oci;

/// <summary>
/// The digest of a layer's uncompressed tar: what the layer is, however it was compressed on its way.
/// https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid
/// </summary>
public readonly record struct DiffId(Digest Digest)
{
    public override string ToString() => Digest.ToString();
}
