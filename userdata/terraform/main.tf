# ECS container instances with probe: launch template, Auto Scaling group and
# instance profile. The user data is ../probe.sh with its settings filled in.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_partition" "here" {}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

locals {
  settings = [
    "CLUSTER='${var.cluster}'",
    "CONFIG='${join(" ", [for key in sort(keys(var.config)) : "${key}=${var.config[key]}"])}'",
    "PACKAGE='${var.package}'",
    "SHA256='${var.package_sha256}'",
    "KEY='${var.package_key}'",
    "REGION='${var.package_region}'",
    "ENDPOINT=''",
    "WAIT='${var.wait}'",
  ]
  parts = split("# settings\n", file("${path.module}/../probe.sh"))
  rest  = split("# end of settings\n", local.parts[1])
  script = join("", [
    local.parts[0], "# settings\n", join("\n", local.settings), "\n# end of settings\n", local.rest[1],
  ])
  bucket = var.package == "" ? "" : split("/", var.package)[2]
}

resource "aws_iam_role" "instance" {
  name_prefix = "ecs-${substr(var.cluster, 0, 20)}-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.${data.aws_partition.here.dns_suffix}" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "instance" {
  for_each = toset(concat([
    "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
    "arn:${data.aws_partition.here.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore",
  ], var.probe_policy_arns))
  role       = aws_iam_role.instance.name
  policy_arn = each.value
}

resource "aws_iam_role_policy" "package" {
  count = local.bucket == "" ? 0 : 1
  name  = "ReadProbePackage"
  role  = aws_iam_role.instance.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:${data.aws_partition.here.partition}:s3:::${local.bucket}/*"
    }]
  })
}

resource "aws_iam_instance_profile" "instance" {
  name_prefix = "ecs-${substr(var.cluster, 0, 20)}-"
  role        = aws_iam_role.instance.name
}

resource "aws_launch_template" "instance" {
  name_prefix            = "ecs-${var.cluster}-"
  image_id               = var.image == "" ? data.aws_ssm_parameter.image.value : var.image
  instance_type          = var.instance_type
  vpc_security_group_ids = var.security_groups
  user_data              = base64encode(local.script)
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.instance.arn
  }

  # Two hops: tasks in bridge networks ask as well.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "ecs-${var.cluster}", probe = var.cluster }
  }
}

resource "aws_autoscaling_group" "instances" {
  name_prefix         = "ecs-${var.cluster}-"
  min_size            = var.size
  max_size            = var.size
  vpc_zone_identifier = var.subnets

  launch_template {
    id      = aws_launch_template.instance.id
    version = aws_launch_template.instance.latest_version
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = "true"
    propagate_at_launch = true
  }
}
