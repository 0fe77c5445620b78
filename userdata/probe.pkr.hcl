# An AMI with probe: the recommended ECS-optimised one of Amazon Linux 2023, and
# the rpm in it. probe bake-check fails the build when something is left that
# instances must not have in common.
#   packer build -var rpm=probe-0.1.0-1.x86_64.rpm probe.pkr.hcl

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.2.8"
    }
  }
}

variable "rpm" {
  type = string
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

data "amazon-parameterstore" "base" {
  name   = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
  region = var.region
}

source "amazon-ebs" "ecs" {
  ami_name      = "ecs-probe-{{timestamp}}"
  region        = var.region
  instance_type = "t3.small"
  source_ami    = data.amazon-parameterstore.base.value
  ssh_username  = "ec2-user"

  # The agent must not register the machine that the image is made on: what it
  # saves would be in every instance.
  user_data = "#!/bin/sh\nsystemctl disable ecs.service\nsystemctl mask --runtime ecs.service\n"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
}

build {
  sources = ["source.amazon-ebs.ecs"]

  provisioner "shell" {
    inline = ["cloud-init status --wait"]
  }

  provisioner "file" {
    source      = var.rpm
    destination = "/tmp/probe.rpm"
  }

  provisioner "shell" {
    execute_command = "sudo -S sh -eux -c '{{ .Vars }} {{ .Path }}'"
    inline = [
      "rpm -U /tmp/probe.rpm",
      "rm -f /tmp/probe.rpm",
      "systemctl unmask --runtime ecs.service",
      "systemctl enable ecs.service",
      "rm -rf /var/lib/ecs/data/* /var/log/ecs/*",
      "cloud-init clean --logs --seed",
      "truncate -s 0 /etc/machine-id",
      "rm -rf /var/lib/dbus/machine-id /var/log/journal/*",
      "probe bake-check",
    ]
  }
}
