namespace CriSharp.Specs;

public static class ContainerSpec
{
    public static BuiltSpec Build(ContainerSpecInput input) => throw new NotSupportedException(input.ContainerId);
}
