using CriSharp.Oci;

namespace CriSharp.Specs;

/// <summary>
/// What a vendor's device changes in a container's specification, with the host's facts filled in.
/// https://github.com/cncf-tags/container-device-interface/blob/v1.1.0/SPEC.md#oci-edits
/// </summary>
public sealed record SpecEdits
{
    public static readonly SpecEdits None = new();

    /// <summary>"NAME=value" each; they replace what the container has under that name.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    public IReadOnlyList<EditedDevice> Devices { get; init; } = [];

    public IReadOnlyList<SpecMount> Mounts { get; init; } = [];

    public IReadOnlyList<EditedHook> Hooks { get; init; } = [];

    /// <summary>0 is no group here.</summary>
    public IReadOnlyList<uint> AdditionalGids { get; init; } = [];

    public SpecIntelRdt? IntelRdt { get; init; }

    /// <summary>Network interfaces of the host that are to be moved into the container.</summary>
    public IReadOnlyList<string> NetDevices { get; init; } = [];
}

/// <param name="Device">Without a uid or gid it gets those of the container's process.</param>
/// <param name="Access">Of "r", "w" and "m"; empty for none.</param>
public sealed record EditedDevice(SpecDevice Device, string Access)
{
    /// <summary>Where it lies on the host; null: at the same path.</summary>
    public string? HostPath { get; init; }
}

/// <param name="Moment">"prestart", "createRuntime", "createContainer", "startContainer", "poststart" or "poststop".</param>
public sealed record EditedHook(string Moment, SpecHook Hook);
