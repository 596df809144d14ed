using Google.Protobuf;

namespace CriSharp.Cri.V1;

/// <summary>
/// A message that is written as bytes which were made before: serializing a list of a hundred containers afresh takes twenty times as long.
/// None of its fields can be read; the fields that a newer peer may send are kept by messages in the same way.
/// </summary>
public sealed partial class Container
{
    internal byte[] AsEntry { get; private set; } = [];

    /// <summary>The same on the wire.</summary>
    public Container Prepare() => new() { AsEntry = PreparedFields.AsEntry(this), _unknownFields = PreparedFields.Of(this) };
}

/// <inheritdoc cref="Container"/>
public sealed partial class PodSandbox
{
    internal byte[] AsEntry { get; private set; } = [];

    /// <inheritdoc cref="Container.Prepare"/>
    public PodSandbox Prepare() => new() { AsEntry = PreparedFields.AsEntry(this), _unknownFields = PreparedFields.Of(this) };
}

/// <inheritdoc cref="Container"/>
public sealed partial class Image
{
    /// <inheritdoc cref="Container.Prepare"/>
    public Image Prepare() => new() { _unknownFields = PreparedFields.Of(this) };
}

/// <inheritdoc cref="Container"/>
public sealed partial class ListImagesResponse
{
    /// <inheritdoc cref="Container.Prepare"/>
    public ListImagesResponse Prepare() => new() { _unknownFields = PreparedFields.Of(this) };
}

/// <summary>A list whose entries are written as they are, without looking into them.</summary>
public sealed partial class ListContainersResponse
{
    /// <param name="prepared">By <see cref="Container.Prepare"/>; behind all that were added before.</param>
    public void AddPrepared(Container prepared) => _unknownFields = PreparedFields.AddEntry(_unknownFields, prepared.AsEntry);
}

/// <inheritdoc cref="ListContainersResponse"/>
public sealed partial class ListPodSandboxResponse
{
    /// <param name="prepared">By <see cref="PodSandbox.Prepare"/>; behind all that were added before.</param>
    public void AddPrepared(PodSandbox prepared) => _unknownFields = PreparedFields.AddEntry(_unknownFields, prepared.AsEntry);
}

/// <summary>A message as fields that nobody looks into.</summary>
internal static class PreparedFields
{
    /// <summary>The number that the fields of lists have.</summary>
    private const int ListField = 1;

    public static UnknownFieldSet? Of(IMessage message)
    {
        UnknownFieldSet? fields = null;
        var input = new CodedInputStream(message.ToByteArray());
        while (input.ReadTag() != 0)
        {
            fields = UnknownFieldSet.MergeFieldFrom(fields, input);
        }

        return fields;
    }

    /// <summary>The message as the field of a list that holds it.</summary>
    public static byte[] AsEntry(IMessage message)
    {
        var bytes = new byte[CodedOutputStream.ComputeTagSize(ListField) + CodedOutputStream.ComputeMessageSize(message)];
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(ListField, WireFormat.WireType.LengthDelimited);
        output.WriteMessage(message);
        return bytes;
    }

    /// <summary>Read from bytes each time: sets that are merged share their fields, so the first entry's would grow with each list.</summary>
    public static UnknownFieldSet AddEntry(UnknownFieldSet? fields, byte[] entry)
    {
        var input = new CodedInputStream(entry);
        input.ReadTag();
        return UnknownFieldSet.MergeFieldFrom(fields, input);
    }
}
