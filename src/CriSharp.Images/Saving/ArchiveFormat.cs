namespace CriSharp.Images.Saving;

/// <summary>What an archive of images looks like.</summary>
public enum ArchiveFormat
{
    /// <summary>An OCI layout.</summary>
    Oci,

    /// <summary>What docker load takes, whatever its age.</summary>
    Docker,
}
