using Google.Protobuf;

namespace CriSharp.Cri.V1;

/// <summary>
/// A message that is written as bytes which were made before: serializing a list of a hundred containers afresh takes twenty times as long.
/// None of its fields can be read; the fields that a newer peer may send are kept by messages in the same way.
/// </summary>
public sealed partial class Container
{
    /// <summary>The same on the wire.</summary>
    public Container Prepare()
    {
        var prepared = new Container();
        var input = new CodedInputStream(this.ToByteArray());
        while (input.ReadTag() != 0)
        {
            prepared._unknownFields = UnknownFieldSet.MergeFieldFrom(prepared._unknownFields, input);
        }

        return prepared;
    }
}

/// <inheritdoc cref="Container"/>
public sealed partial class PodSandbox
{
    /// <inheritdoc cref="Container.Prepare"/>
    public PodSandbox Prepare()
    {
        var prepared = new PodSandbox();
        var input = new CodedInputStream(this.ToByteArray());
        while (input.ReadTag() != 0)
        {
            prepared._unknownFields = UnknownFieldSet.MergeFieldFrom(prepared._unknownFields, input);
        }

        return prepared;
    }
}

/// <inheritdoc cref="Container"/>
public sealed partial class Image
{
    /// <inheritdoc cref="Container.Prepare"/>
    public Image Prepare()
    {
        var prepared = new Image();
        var input = new CodedInputStream(this.ToByteArray());
        while (input.ReadTag() != 0)
        {
            prepared._unknownFields = UnknownFieldSet.MergeFieldFrom(prepared._unknownFields, input);
        }

        return prepared;
    }
}

/// <inheritdoc cref="Container"/>
public sealed partial class ListImagesResponse
{
    /// <inheritdoc cref="Container.Prepare"/>
    public ListImagesResponse Prepare()
    {
        var prepared = new ListImagesResponse();
        var input = new CodedInputStream(this.ToByteArray());
        while (input.ReadTag() != 0)
        {
            prepared._unknownFields = UnknownFieldSet.MergeFieldFrom(prepared._unknownFields, input);
        }

        return prepared;
    }
}
